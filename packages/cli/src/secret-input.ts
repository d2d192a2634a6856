import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CliError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/**
 * A secret that is no argument, since others can see command lines and shells remember them: from the file, or from the
 * standard input. The end of its last line does not belong to it. Throws CliError('usage') when the file cannot be read.
 */
export async function givenSecret(terminal: Terminal, file: string | undefined, prompt: string): Promise<string> {
  const given = file === undefined ? await terminal.readSecret(prompt) : await givenText(file);
  return given.replace(/\r?\n$/, '');
}

/** The text of a file that the caller names. Throws CliError('usage') when it cannot be read. */
export async function givenText(file: string, encoding: 'utf8' | 'base64' = 'utf8'): Promise<string> {
  try {
    return await readFile(file, encoding);
  } catch (error) {
    throw new CliError('usage', `${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}

/** Reads from this process: see `Terminal.readSecret`. */
export async function readSecret(prompt: string, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return text(stdin);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  // The terminal is raw here, so that Ctrl-C is a key like others.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    stderr.write(`${prompt}: `);
    return await lines.question('', { signal });
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
