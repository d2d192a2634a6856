import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchClaims } from './claims.ts';
import { benchDuringSync } from './during-sync.ts';
import { benchLarge } from './large.ts';
import { benchManifest } from './manifest.ts';
import { benchPatch } from './patch.ts';
import { writeReport } from './report.ts';
import { machine, verdictOf, type Result } from './result.ts';
import { benchRetrieval } from './retrieval.ts';
import { benchSearch } from './search.ts';
import { benchStart } from './start.ts';
import { benchSync } from './sync.ts';

const help = `npm run bench -- all               all benches, under ten minutes; results, plots and bench/RESULTS.md are written
npm run bench -- sync patch        only these: start, patch, load, search, claims, manifest, sync, large
npm run bench -- quick             small sizes in a minute, to see that everything runs; nothing is written
npm run bench -- search --dir DIR  retrieval quality over corpus.jsonl, queries.jsonl, qrels.tsv in DIR;
                                   the last line is {"ndcg10": …}
`;

type Bench = (quick: boolean) => Promise<readonly Result[]>;

const benches: Readonly<Record<string, Bench>> = {
  start: (quick) => benchStart({ rounds: quick ? 1 : 5, idleSeconds: quick ? 2 : 60 }),
  patch: (quick) => benchPatch({ rounds: quick ? 1 : 3, seconds: quick ? 1 : 5 }),
  load: (quick) => benchDuringSync({ rows: quick ? 60_000 : 300_000, seconds: quick ? 2 : 8 }),
  search: (quick) => benchSearch({ chunks: quick ? 5_000 : 100_000, queries: quick ? 50 : 400 }),
  claims: (quick) =>
    benchClaims({
      sizes: quick ? [1_000, 10_000] : [1_000, 100_000, 1_000_000],
      due: 1_000,
      rounds: quick ? 3 : 15,
    }),
  large: (quick) =>
    benchLarge({
      sizes: quick ? [2_000, 10_000] : [100_000, 1_000_000],
      queries: quick ? 40 : 200,
      changed: quick ? 100 : 1_000,
    }),
  manifest: (quick) =>
    benchManifest({ pages: quick ? [5, 20] : [25, 250], largePage: quick ? 4_000 : 30_000, rounds: quick ? 2 : 6 }),
  sync: (quick) => benchSync({ sizes: quick ? [2_000, 5_000] : [20_000, 60_000, 200_000], rounds: quick ? 1 : 2 }),
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  if (values.dir !== undefined) {
    print(JSON.stringify(await benchRetrieval(values.dir, print)));
    return 0;
  }
  const quick = positionals.includes('quick');
  const chosen = positionals.filter((name) => name !== 'quick' && name !== 'all');
  const names = chosen.length === 0 ? Object.keys(benches) : chosen;
  const results: Result[] = [];
  for (const name of names) {
    const bench = benches[name];
    if (!bench) {
      print(`No bench ${name}.\n\n${help}`);
      return 2;
    }
    for (const result of await bench(quick)) {
      results.push(result);
      print(
        `${verdictOf(result).padEnd(8)} ${result.name.padEnd(16)} ${result.measured} ${result.unit} (budget ${result.budget})  ${JSON.stringify(result.numbers)}`,
      );
    }
  }
  if (!quick) {
    const folder = new URL('./results/', import.meta.url);
    await mkdir(folder, { recursive: true });
    for (const result of results)
      await writeFile(
        new URL(`${result.name}.json`, folder),
        `${JSON.stringify({ ...result, at: new Date().toISOString(), machine: machine() }, null, 2)}\n`,
      );
    await writeReport(folder);
  }
  return 0;
}

process.exitCode = await main();
