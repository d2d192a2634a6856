import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Truth } from './oracle-row.ts';
import type { OracleSourceOptions } from './oracle-source.ts';

type OracleCommand =
  | { readonly type: 'create'; readonly options: OracleSourceOptions }
  | { readonly type: 'operate'; readonly count: number }
  | { readonly type: 'rewrite' | 'shrink' | 'drop' | 'hold' | 'release' | 'quiet' };

/** The oracle's process, as the harness sees it. */
export interface Oracle {
  readonly url: string;
  command(source: string, command: OracleCommand): Promise<void>;
  truth(source: string): Promise<Truth>;
  /** Requests for pages that wait because of `hold`. */
  parked(source: string): Promise<number>;
  stop(): void;
}

/** Starts the source that knows the truth as a process of its own: no crash of the others reaches it. */
export async function startOracle(): Promise<Oracle> {
  const script = fileURLToPath(new URL('oracle-process.ts', import.meta.url));
  const child = fork(script, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(`${url}/${path}`, init);
    return response.json();
  };
  return {
    url,
    async command(source, command) {
      await ask(`${source}/command`, { method: 'POST', body: JSON.stringify(command) });
    },
    truth: async (source) => (await ask(`${source}/truth`)) as Truth,
    parked: async (source) => Number(await ask(`${source}/parked`)),
    stop: () => void child.kill('SIGKILL'),
  };
}
