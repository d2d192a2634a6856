import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { judged, rounded, type Result } from './result.ts';
import { median, runScript } from './run-script.ts';

interface Reading {
  readonly rounds: readonly { readonly loop: number; readonly manifest: number; readonly records: number }[];
  readonly peakMb: number;
}

export interface ManifestBenchOptions {
  /** Pages of a read, the smaller number first; memory is compared between them. */
  readonly pages: readonly [number, number];
  readonly rounds: number;
}

const PER_PAGE = 200;

/** Reading a paged source by a manifest, against the loop that a person would write with the same client. */
export async function benchManifest({ pages, rounds }: ManifestBenchOptions): Promise<readonly Result[]> {
  // Memory is compared between reads of which each is the only one of its process.
  const [few, many] = [await readPages(pages[0], 1), await readPages(pages[1], 1)];
  const { rounds: all } = await readPages(pages[1], rounds);
  // The first round of a process also compiles both ways.
  const measured = all.length > 1 ? all.slice(1) : all;
  const ratios = measured.map(({ loop, manifest }) => loop / manifest);
  const records = measured[0]?.records ?? 0;
  return [
    judged({
      name: 'manifest',
      what: 'Reading a paged JSON source by a manifest, as a ratio of a hand-written loop with the same client',
      atLeast: 0.6,
      unit: 'ratio',
      measured: rounded(median(ratios)),
      numbers: {
        records,
        recordsPerSecond: Math.round(records / median(measured.map(({ manifest }) => manifest))),
        recordsPerSecondByHand: Math.round(records / median(measured.map(({ loop }) => loop))),
        peakMbFewPages: Math.round(few.peakMb),
        peakMbManyPages: Math.round(many.peakMb),
      },
    }),
  ];
}

async function readPages(pages: number, rounds: number): Promise<Reading> {
  const source = spawn(
    process.execPath,
    [new URL('paged-source.ts', import.meta.url).pathname, String(pages), String(PER_PAGE)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const [port] = (await once(source.stdout, 'data')) as [Buffer];
    const script = new URL('manifest-reading.ts', import.meta.url);
    return await runScript<Reading>(script, [port.toString().trim(), String(rounds)]);
  } finally {
    source.stdin.end();
    await once(source, 'close');
  }
}
