import { ConnectorError } from '../kit/connector-error.ts';
import { type ProgramSession, programMessages, type ReadMessage } from './program-session.ts';
import { toldError } from './told-error.ts';

type Answer = 'spec' | 'connection_status' | 'catalog';
type AnswerOf<A extends Answer> = Extract<ReadMessage, { readonly type: A }>;

const answers = { spec: 'spec', check: 'connection_status', discover: 'catalog' } as const;
type Question = keyof typeof answers;

/**
 * Asks a program for one answer; of several, the last counts, and an error that it tells of counts more than its exit code.
 * Throws `ConnectorError`.
 */
export async function askProgram<Q extends Question>(
  session: ProgramSession,
  question: Q,
): Promise<AnswerOf<(typeof answers)[Q]>> {
  const heard = new Heard(session, answers[question]);
  try {
    for await (const messages of programMessages(session, question))
      for (const message of messages) heard.take(message);
  } catch (error) {
    // A check that found the settings wrong has said so; some sources end with an error all the same.
    if (!heard.refusal || !(error instanceof ConnectorError)) throw error;
  }
  return heard.answer(question) as AnswerOf<(typeof answers)[Q]>;
}

/** What a program has said so far in answer to one question. */
class Heard {
  readonly #session: ProgramSession;
  readonly #wanted: Answer;
  #answer: ReadMessage | undefined;
  #failure: ConnectorError | undefined;
  #oversized = false;

  constructor(session: ProgramSession, wanted: Answer) {
    this.#session = session;
    this.#wanted = wanted;
  }

  get refusal(): boolean {
    return this.#answer?.type === 'connection_status' && !this.#answer.succeeded;
  }

  take(message: ReadMessage): void {
    if (message.type === this.#wanted) this.#answer = message;
    else if (message.type === 'error') this.#failure ??= toldError(message.error, this.#session);
    else if (message.type === 'oversized') this.#oversized = true;
  }

  answer(question: Question): ReadMessage {
    if (this.#failure) throw this.#failure;
    if (this.#answer) return this.#answer;
    const why = this.#oversized ? 'an answer that is too large' : 'no answer of the Airbyte protocol';
    throw new ConnectorError('invalid_answer', `The executable gave ${why} to ${question}.`);
  }
}
