import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** Runs the probe in a thread whose heap is bounded; rejects when it outgrows that. */
function probe(rows: number, maxOldGenerationSizeMb: number): Promise<number> {
  const worker = new Worker(new URL('./testing/memory-probe.ts', import.meta.url), {
    workerData: { rows, pageSize: 500 },
    resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: 16 },
    execArgv: [],
  });
  return new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve));
}

test('G4-12 a sync holds two pages, however large the source: 200 MB pass through a heap of 64 MB', async () => {
  expect(await probe(200_000, 64)).toBe(0);
});
