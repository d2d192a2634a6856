import type { Terminal } from './terminal.ts';

export interface TestTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

/** A terminal that remembers what was written to it. For tests. */
export function testTerminal(
  options: Partial<Pick<Terminal, 'env' | 'interactive' | 'columns' | 'signal' | 'typed'>> & {
    readonly input?: string;
    /** What is typed, line by line; nobody sits there when it is absent. */
    readonly answers?: readonly string[];
  } = {},
): TestTerminal {
  const { input = '', answers, ...given } = options;
  const lines = [...(answers ?? [])];
  const written = { out: '', err: '' };
  return {
    written,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    env: {},
    interactive: false,
    columns: 80,
    signal: new AbortController().signal,
    readSecret: async () => input,
    typed: answers !== undefined,
    async question(prompt) {
      if (answers) written.err += prompt;
      return lines.shift();
    },
    ...given,
  };
}
