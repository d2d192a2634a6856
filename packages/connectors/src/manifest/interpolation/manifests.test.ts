import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { interpolatedString } from './interpolated.ts';

// Real manifests, which are no part of the project: without the folder there is nothing to look at.
const material = process.env['CONFORMANCE_DIR'];
const folder = material === undefined ? undefined : join(material, 'manifests');

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) yield* textsOf(member);
}

test.skipIf(folder === undefined || !existsSync(folder))(
  'every template of real manifests compiles (CONFORMANCE_DIR)',
  { timeout: 120_000 },
  () => {
    const failed: string[] = [];
    let templates = 0;
    for (const file of readdirSync(folder ?? '').filter((name) => name.endsWith('.yaml'))) {
      for (const text of new Set(textsOf(parse(readFileSync(join(folder ?? '', file), 'utf8'))))) {
        if (!text.includes('{{') && !text.includes('{%')) continue;
        templates += 1;
        try {
          interpolatedString(text);
        } catch (error) {
          failed.push(`${file}: ${(error as Error).message}`);
        }
      }
    }
    expect(failed).toEqual([]);
    expect(templates).toBeGreaterThan(500);
  },
);
