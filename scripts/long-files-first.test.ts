import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import LongFilesFirst, { LONG_FILES } from './long-files-first.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

it('names files that are there', () => {
  expect(LONG_FILES.filter((file) => !existsSync(root + file))).toEqual([]);
});

it('starts the files that it names in its order, and the others behind them in the order of Vitest', async () => {
  const durations = new Map([
    ['scripts/quick.test.ts', 1],
    ...LONG_FILES.map((file, index) => [file, index] as const),
    ['scripts/slow.test.ts', 1_000],
  ]);
  const project = { name: 'unit', config: { sequence: { groupOrder: 0 }, isolate: true } };
  const files = [...durations.keys()].map((file) => ({ moduleId: root + file, project }) as TestSpecification);
  const getTestSpecificationResult = ({ moduleId }: TestSpecification) => ({
    failed: false,
    duration: durations.get(moduleId.slice(root.length)),
  });
  const sequencer = new LongFilesFirst({ cache: { getTestSpecificationResult } } as unknown as Vitest);
  const sorted = await sequencer.sort(files.toReversed());
  expect(sorted.map(({ moduleId }) => moduleId.slice(root.length))).toEqual([
    ...LONG_FILES,
    'scripts/slow.test.ts',
    'scripts/quick.test.ts',
  ]);
});
