import type { Command } from 'commander';
import { TributaryClient } from '@tributary/sdk/client';
import { CliError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** What a command works with: the service, and a place to show what it found. */
export interface Session {
  readonly terminal: Terminal;
  readonly client: TributaryClient;
  /** Shows the value as JSON when `--json` was given, else the text that `human` makes. */
  show(value: unknown, human: () => string): void;
  /** `--json` was given: nothing but the result may be written to the output. */
  readonly json: boolean;
}

/** @throws CliError('usage') when there is no key, or the address is none. */
export function openSession(terminal: Terminal, command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const { env } = terminal;
  const url = options.url ?? (env['TRIBUTARY_URL'] || DEFAULT_URL);
  const apiKey = options.key ?? env['TRIBUTARY_API_KEY'];
  if (!apiKey)
    throw new CliError(
      'usage',
      'No API key: give one with --key or TRIBUTARY_API_KEY. The service prints one at its first start.',
    );
  if (!URL.canParse(url)) throw new CliError('usage', `${url} is no address; write it like ${DEFAULT_URL}`);
  const json = options.json === true;
  return {
    terminal,
    json,
    client: new TributaryClient({ url, apiKey, userAgent: 'tributary-cli' }),
    show: (value, human) => terminal.out(json ? `${JSON.stringify(value, null, 2)}\n` : human()),
  };
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Examples at the end of a help text. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ tributary ${line}\n`).join('')}`;
}
