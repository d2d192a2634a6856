import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly error: NodeJS.WritableStream;
}

/** Shows nothing of what is typed. */
const silent = new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * Reads lines that nobody else is to see: typed in unseen after a prompt, or one after the other from a pipe. Gives undefined when
 * there are no more.
 */
export function createLineInput({ input, error }: Streams): (prompt: string) => Promise<string | undefined> {
  let piped: string[] | undefined;
  return async (prompt) => {
    if (!input.isTTY) {
      piped ??= (await Array.fromAsync(input as AsyncIterable<Buffer>)).join('').replace(/\r?\n$/, '').split(/\r?\n/);
      return piped.shift();
    }
    error.write(prompt);
    const lines = createInterface({ input, output: silent, terminal: true });
    try {
      return await lines.question('');
    } finally {
      lines.close();
      error.write('\n');
    }
  };
}
