import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { judged, rounded, type Result } from './result.ts';
import { median, runScript } from './run-script.ts';

interface Reading {
  /** Seconds; a way that was not wanted has none. */
  readonly rounds: readonly { readonly loop?: number; readonly manifest?: number; readonly records: number }[];
  readonly peakMb: number;
}

export interface ManifestBenchOptions {
  /** Pages of a read, the smaller number first; memory is compared between them. */
  readonly pages: readonly [number, number];
  /** Records of a page that is too large to be taken as a whole. */
  readonly largePage: number;
  readonly rounds: number;
}

interface Source {
  readonly pages: number;
  readonly perPage: number;
}

type Way = 'manifest' | 'loop' | 'both';

const PER_PAGE = 200;
const LARGE_PAGES = 3;

/** Reading a paged source by a manifest, against the loop that a person would write with the same client. */
export async function benchManifest(options: ManifestBenchOptions): Promise<readonly Result[]> {
  const [few, many] = options.pages.map((pages) => ({ pages, perPage: PER_PAGE })) as [Source, Source];
  return [await benchPages(few, many, options.rounds), await benchLargePages(options)];
}

async function benchPages(few: Source, many: Source, rounds: number): Promise<Result> {
  // Memory is compared between reads of which each is the only one of its process.
  const peaks = [await readSource(few, 'manifest', 1), await readSource(many, 'manifest', 1)];
  const reading = await readSource(many, 'both', rounds);
  return judged({
    name: 'manifest',
    what: 'Reading a paged JSON source by a manifest, as a ratio of a hand-written loop with the same client',
    atLeast: 0.6,
    unit: 'ratio',
    ...ratiosOf(reading, {
      peakMbFewPages: Math.round(peaks[0]?.peakMb ?? 0),
      peakMbManyPages: Math.round(peaks[1]?.peakMb ?? 0),
    }),
  });
}

async function benchLargePages({ largePage, rounds }: ManifestBenchOptions): Promise<Result> {
  const source = { pages: LARGE_PAGES, perPage: largePage };
  const [byManifest, byHand] = [await readSource(source, 'manifest', 1), await readSource(source, 'loop', 1)];
  return judged({
    name: 'manifest-large-pages',
    what: 'Reading large pages by a manifest, whose records are decoded as they come, as a ratio of a loop that parses each as a whole',
    unit: 'ratio',
    ...ratiosOf(await readSource(source, 'both', rounds), {
      peakMb: Math.round(byManifest.peakMb),
      peakMbByHand: Math.round(byHand.peakMb),
    }),
  });
}

function ratiosOf({ rounds }: Reading, numbers: Result['numbers']): Pick<Result, 'measured' | 'numbers'> {
  // The first round of a process also compiles both ways.
  const measured = rounds.length > 1 ? rounds.slice(1) : rounds;
  const times = measured.map(({ loop = 0, manifest = 0 }) => ({ loop, manifest }));
  const records = measured[0]?.records ?? 0;
  return {
    measured: rounded(median(times.map(({ loop, manifest }) => loop / manifest))),
    numbers: {
      records,
      recordsPerSecond: Math.round(records / median(times.map(({ manifest }) => manifest))),
      recordsPerSecondByHand: Math.round(records / median(times.map(({ loop }) => loop))),
      ...numbers,
    },
  };
}

async function readSource({ pages, perPage }: Source, way: Way, rounds: number): Promise<Reading> {
  const source = spawn(
    process.execPath,
    [new URL('paged-source.ts', import.meta.url).pathname, String(pages), String(perPage)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const [port] = (await once(source.stdout, 'data')) as [Buffer];
    const script = new URL('manifest-reading.ts', import.meta.url);
    return await runScript<Reading>(script, [port.toString().trim(), String(rounds), way]);
  } finally {
    source.stdin.end();
    await once(source, 'close');
  }
}
