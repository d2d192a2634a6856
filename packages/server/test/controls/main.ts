import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { removedControls, type RemovedControl } from './controls.ts';
import { EditedCopy } from './edited-copy.ts';

const help = `npm run controls             take each security control out of a copy, and run the tests that must notice
npm run controls -- F1-8     only those of a row

The last line is {"controls": N, "noticed": N}; the exit code is 0 when every removal was noticed, 1 when not.
`;

/** Whether the tests of the copy fail. */
async function fails(copy: EditedCopy, tests: readonly string[]): Promise<boolean> {
  const vitest = join(copy.folder, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--bail', '1', '--reporter', 'dot', ...tests.map((test) => `packages/${test}`)];
  const child = spawn(process.execPath, args, { cwd: copy.folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  if (!/\d+ (?:passed|failed)/.test(output)) throw new Error(`the tests did not run: ${output}`);
  return code !== 0;
}

/** Tests that fail by themselves would notice nothing. */
async function assertGreen(copy: EditedCopy, controls: readonly RemovedControl[]): Promise<void> {
  const tests = [...new Set(controls.flatMap((control) => control.tests))];
  if (await fails(copy, tests)) throw new Error('the tests fail with every control in its place');
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
  const chosen = removedControls.filter(({ row }) => positionals.length === 0 || positionals.includes(row));
  if (values.help || chosen.length === 0) {
    process.stdout.write(help);
    return values.help ? 0 : 2;
  }
  const copy = new EditedCopy();
  let noticed = 0;
  try {
    await assertGreen(copy, chosen);
    for (const { row, removes, file, tests, ...edit } of chosen) {
      const red = await copy.with(file, edit, () => fails(copy, tests));
      noticed += red ? 1 : 0;
      process.stdout.write(`${red ? 'noticed ' : 'UNSEEN  '} ${row}  without: ${removes}\n`);
    }
  } finally {
    copy.remove();
  }
  process.stdout.write(`{"controls": ${chosen.length}, "noticed": ${noticed}}\n`);
  return noticed === chosen.length ? 0 : 1;
}

process.exitCode = await main();
