import { answerInput } from './answer-input.ts';
import { readSecret } from './secret-input.ts';

/** Where a command writes and what it may read of its surroundings; tests give their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Someone looks at `out`, so lines may be rewritten and coloured. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** All of the standard input, or, where a person sits there, one line that is not shown as it is typed. */
  readSecret(prompt: string): Promise<string>;
  /** A person sits at the input, and can be asked again. */
  readonly typed: boolean;
  /** One line that a person types or that is piped in; `undefined` when there are no more lines. */
  question(prompt: string): Promise<string | undefined>;
}

/** The terminal of this process. */
export function processTerminal(signal: AbortSignal): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const readAnswer = answerInput();
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    interactive: stdout.isTTY && env['TERM'] !== 'dumb',
    columns: stdout.columns || 100,
    signal,
    readSecret: (prompt) => readSecret(prompt, signal),
    typed: stdin.isTTY,
    question: (prompt) => readAnswer(prompt, signal),
  };
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof codes;

/** Colours the text where someone looks; https://no-color.org is honoured. */
export function styled(terminal: Pick<Terminal, 'interactive' | 'env'>, style: Style, text: string): string {
  if (!terminal.interactive || terminal.env['NO_COLOR']) return text;
  return `\u001B[${codes[style]}m${text}\u001B[0m`;
}

/** Takes control characters out of text that others wrote, so that it cannot drive the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '');
}
