import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What has to hold before a change goes in; each is one command, found in `node_modules/.bin`. */
const checks: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'types', command: ['tsc', '--noEmit', '-p', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'unused', command: ['knip'] },
  { name: 'generated', command: ['node', 'scripts/generate.ts', '--check'] },
];

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const root = join(import.meta.dirname, '..');

function run({ name, command: [program, ...args] }: (typeof checks)[number]): Promise<Outcome> {
  const start = performance.now();
  const path = program === 'node' ? process.execPath : join(root, 'node_modules', '.bin', program);
  const child = spawn(path, args, { cwd: root, env: { ...process.env, NO_COLOR: '1' } });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve) => {
    const end = (passed: boolean, more = '') =>
      resolve({
        name,
        passed,
        seconds: (performance.now() - start) / 1_000,
        output: Buffer.concat(output).toString('utf8') + more,
      });
    child.once('error', (error) => end(false, error.message));
    child.once('close', (code) => end(code === 0));
  });
}

const outcomes = await Promise.all(checks.map(run));
for (const { name, passed, output } of outcomes) if (!passed) console.log(`\n── ${name} ──\n${output.trim()}`);
console.log();
for (const { name, passed, seconds } of outcomes)
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)}  ${seconds.toFixed(1).padStart(5)} s`);
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
