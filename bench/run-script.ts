import { spawn } from 'node:child_process';

export interface Timed {
  readonly rows: number;
  readonly seconds: number;
}

/** Runs a script of ours in a process of its own and reads the JSON of its last line. */
export async function runScript<T>(path: URL, args: readonly string[]): Promise<T> {
  const child = spawn(process.execPath, [path.pathname, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${path.pathname} ended with code ${code}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as T;
}

/** The middle value; of an even number the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** The value below which `share` (0..1) of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
