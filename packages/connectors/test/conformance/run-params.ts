import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { judges } from './params/judges.ts';
import type { ParamRow } from './params/param-table.ts';
import type { Judged } from './report.ts';
import { notApplicable } from './verdict.ts';
import type { Verdict } from './verdict.ts';

interface ParamFile {
  readonly tests: readonly { readonly test: string; readonly rows: readonly ParamRow[] }[];
}

/** Judges every row of the tables in `folder`, in the order of their names. */
export async function* judgeParams(folder: string): AsyncGenerator<Judged> {
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()) {
    const { tests } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as ParamFile;
    const table = basename(file, '.json');
    for (const { test, rows } of tests) {
      for (const [index, row] of rows.entries()) {
        const name = `${test}[${typeof row['id'] === 'string' ? row['id'] : index}]`;
        yield { group: table, name, verdict: await judgeRow(table, test, row) };
      }
    }
  }
}

async function judgeRow(table: string, test: string, row: ParamRow): Promise<Verdict> {
  const judge = judges[table]?.[test];
  if (!judge) return notApplicable('no judge for this test');
  try {
    return await judge(row);
  } catch (error) {
    return { type: 'failed', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
