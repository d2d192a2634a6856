import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { report } from './report.ts';
import type { Judged, Totals } from './report.ts';
import { judgeCases } from './run-cases.ts';
import { judgeManifests } from './run-manifests.ts';
import { judgeParams } from './run-params.ts';

const folder = process.env['CONFORMANCE_DIR'] ?? '';

/** What failed, and the totals as a line of their own. */
async function judge(
  subject: string,
  judged: AsyncIterable<Judged>,
): Promise<{ readonly failed: readonly string[]; readonly totals: Totals }> {
  const verdicts = await Array.fromAsync(judged);
  const lines: string[] = [];
  const totals = report(verdicts, (line) => lines.push(line));
  process.stdout.write(`conformance ${subject} ${JSON.stringify(totals)}\n`);
  return { failed: lines.filter((line) => line.startsWith('FAILED')), totals };
}

if (folder === '') process.stdout.write('conformance: skipped, CONFORMANCE_DIR is not set\n');

describe.skipIf(folder === '')('material of others', () => {
  test('recorded reads of the CDK’s own tests give the same records and states, from every state on', async () => {
    const { failed, totals } = await judge('cases', judgeCases(join(folder, 'airbyte-cases')));
    expect(failed).toEqual([]);
    expect(totals.passed).toBeGreaterThan(0);
  });

  test('real manifests load, are specified, discovered, and read to their end', { timeout: 180_000 }, async () => {
    const { failed, totals } = await judge('manifests', judgeManifests(join(folder, 'manifests')));
    expect(failed).toEqual([]);
    expect(totals.passed).toBeGreaterThan(0);
  });

  test('rows of the CDK’s unit tests come out the same in 95 of 100 at least', { timeout: 60_000 }, async () => {
    const { failed, totals } = await judge('params', judgeParams(join(folder, 'airbyte-params')));
    const { cases, passed, notApplicable } = totals;
    expect(notApplicable).toBeLessThanOrEqual(cases / 3);
    expect(passed / (cases - notApplicable), failed.join('\n')).toBeGreaterThanOrEqual(0.95);
  });
});
