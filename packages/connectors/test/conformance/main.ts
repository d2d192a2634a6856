import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { report } from './report.ts';
import { judgeCases } from './run-cases.ts';
import { judgeManifests } from './run-manifests.ts';
import { judgeParams } from './run-params.ts';

/** What can be judged: where the material lies below the folder, and how. */
const SUBJECTS = {
  cases: { folder: 'airbyte-cases', judge: judgeCases },
  manifests: { folder: 'manifests', judge: judgeManifests },
  params: { folder: 'airbyte-params', judge: judgeParams },
} as const;

const usage = `npm run conformance -- ${Object.keys(SUBJECTS).join('|')} --dir DIR [--only TEXT]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string' }, only: { type: 'string' } },
});
const [subject] = positionals;
const dir = values.dir ?? process.env['CONFORMANCE_DIR'];
if (subject === undefined || !Object.hasOwn(SUBJECTS, subject) || dir === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  const { folder, judge } = SUBJECTS[subject as keyof typeof SUBJECTS];
  // The folder of all the material, or the one of this subject itself.
  const below = resolve(join(dir, folder));
  const judged = await Array.fromAsync(judge(existsSync(below) ? below : resolve(dir)));
  const wanted = judged.filter(({ group, name }) => `${group} ${name}`.includes(values.only ?? ''));
  const { cases, passed, notApplicable } = report(wanted, (line) => process.stdout.write(`${line}\n`));
  process.exitCode = passed + notApplicable === cases ? 0 : 1;
}
