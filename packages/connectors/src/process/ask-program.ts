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
  const wanted = answers[question];
  let answer: ReadMessage | undefined;
  let failed: ConnectorError | undefined;
  let oversized = false;
  try {
    for await (const messages of programMessages(session, question)) {
      for (const message of messages) {
        if (message.type === wanted) answer = message;
        else if (message.type === 'error') failed ??= toldError(message.error, session);
        else if (message.type === 'oversized') oversized = true;
      }
    }
  } catch (error) {
    // A check that found the settings wrong has said so; some sources end with an error all the same.
    const refused = answer?.type === 'connection_status' && !answer.succeeded;
    if (!refused || !(error instanceof ConnectorError)) throw error;
  }
  if (failed) throw failed;
  if (answer) return answer as AnswerOf<(typeof answers)[Q]>;
  const why = oversized ? 'an answer that is too large' : 'no answer of the Airbyte protocol';
  throw new ConnectorError('invalid_answer', `The executable gave ${why} to ${question}.`);
}
