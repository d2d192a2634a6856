import { CliError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import type { ManifestAnswers, QuestionName } from './manifest-answers.ts';
import type { Question } from './manifest-questions.ts';

export interface AskOptions {
  /** What was given by flags. */
  readonly given: ManifestAnswers;
  /** Nobody is asked: usual answers are taken. */
  readonly quiet: boolean;
}

/**
 * The answers to all questions that apply: from flags, else from the input, else the usual ones. A bad answer is asked for again where a
 * person types. Throws `CliError('usage')` for a bad flag or piped answer, and for one that is missing where nobody can be asked.
 */
export async function askQuestions(
  terminal: Pick<Terminal, 'question' | 'err' | 'typed'>,
  questions: readonly Question[],
  { given, quiet }: AskOptions,
): Promise<ManifestAnswers> {
  const answers: Partial<Record<QuestionName, string>> = {};
  for (const question of questions) {
    const { name } = question;
    if (question.when && !question.when(answers)) {
      if (given[name] !== undefined) throw new CliError('usage', `--${name} does not go with the other answers.`);
      continue;
    }
    answers[name] =
      given[name] === undefined ? await asked(terminal, question, answers, quiet) : checked(question, given[name]);
  }
  return answers;
}

function checked(question: Question, answer: string): string {
  const wrong = wrongWith(question, answer);
  if (wrong !== undefined) throw new CliError('usage', `--${question.name} ${answer}: ${wrong}`);
  return answer;
}

async function asked(
  terminal: Pick<Terminal, 'question' | 'err' | 'typed'>,
  question: Question,
  before: ManifestAnswers,
  quiet: boolean,
): Promise<string> {
  const usual = question.usual?.(before);
  const prompt = promptOf(question, usual);
  for (;;) {
    const line = quiet ? undefined : await terminal.question(prompt);
    if (line === undefined) {
      if (usual !== undefined) return usual;
      throw new CliError('usage', `${question.asks}: say it with --${question.name}.`);
    }
    const answer = line.trim() === '' ? usual : line.trim();
    const wrong = answer === undefined ? 'An answer is needed.' : wrongWith(question, answer);
    if (answer !== undefined && wrong === undefined) return answer;
    // The next piped line is the answer to another question.
    if (!terminal.typed)
      throw new CliError('usage', `${question.asks}: ${wrong} It can be said with --${question.name}.`);
    terminal.err(`${wrong}\n`);
  }
}

function promptOf({ asks, choices }: Question, usual: string | undefined): string {
  const among = choices ? ` (${choices.join(', ')})` : '';
  return `${asks}${among}${usual === undefined ? '' : ` [${usual}]`}: `;
}

function wrongWith({ choices, wrong }: Question, answer: string): string | undefined {
  if (choices && !choices.includes(answer)) return `It is one of ${choices.join(', ')}.`;
  return wrong?.(answer);
}
