import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../crash/main.ts', import.meta.url));
const WITHIN_MS = 900_000;

/** Runs the crash tests as `npm run crash` does. */
async function crash(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  return { code, output };
}

describe('whatever kills, stops and troubles workers and the service', () => {
  it.each(['sqlite', 'postgres'])(
    'after ten trials with the control store on %s nothing is lost, doubled, left over or stale',
    async (store) => {
      const { code, output } = await crash('--seeds', '10', '--store', store);
      expect(output.trimEnd().split('\n').at(-1), output).toBe(
        '{"seeds": 10, "lost": 0, "twice": 0, "ghosts": 0, "stale": 0}',
      );
      expect(code, output).toBe(0);
    },
    WITHIN_MS,
  );

  it.each(['fence', 'cursor', 'dedup'])(
    'a build that breaks the promise is caught: %s',
    async (mutation) => {
      const { code, output } = await crash('--mutate', mutation, '--parallel', '2');
      expect([code, output.includes('FAILED')], output).toEqual([1, true]);
    },
    WITHIN_MS,
  );
});
