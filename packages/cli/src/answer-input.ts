import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';

/** Reads one line of this process's input: see `Terminal.question`. */
export type AnswerInput = (prompt: string, signal: AbortSignal) => Promise<string | undefined>;

/**
 * The lines of this process's input, one for each question. What comes before it is asked for (a paste of several lines) waits for
 * its question.
 */
export function answerInput(): AnswerInput {
  const waiting: string[] = [];
  // The last line of a paste may have no end yet.
  let begun = '';
  let piped: Promise<void> | undefined;

  async function typed(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const { stdin, stderr } = process;
    const lines = createInterface({ input: stdin, output: stderr, terminal: true });
    // The terminal is raw here, so that Ctrl-C is a key like others.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.on('line', (line) => waiting.push(line));
    const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
    try {
      const answer = lines.question(prompt, { signal });
      lines.write(begun);
      begun = '';
      return await Promise.race([answer, ended]);
    } finally {
      begun = lines.line;
      lines.close();
    }
  }

  return async (prompt, signal) => {
    const { stdin, stderr } = process;
    if (!stdin.isTTY) await (piped ??= readPiped(waiting));
    const line = waiting.shift();
    // Whoever looks sees what was asked, and what is taken for the answer.
    if (line !== undefined) stderr.write(`${prompt}${line}\n`);
    return line === undefined && stdin.isTTY ? typed(prompt, signal) : line;
  };
}

async function readPiped(waiting: string[]): Promise<void> {
  const all = await text(process.stdin);
  if (all !== '') waiting.push(...all.replace(/\r?\n$/, '').split(/\r?\n/));
}
