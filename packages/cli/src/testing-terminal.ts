import type { Terminal } from './terminal.ts';

export interface TestTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

/** A terminal that remembers what was written to it. For tests. */
export function testTerminal(
  options: Partial<Pick<Terminal, 'env' | 'interactive' | 'columns' | 'signal'>> & { readonly input?: string } = {},
): TestTerminal {
  const { input = '', ...given } = options;
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
    ...given,
  };
}
