import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { Lane } from './lane.ts';
import { assertMutationFits, isMutation, mutations, type Mutation } from './mutations.ts';
import { startOracle } from './oracle.ts';
import { Report } from './report.ts';
import { stackOf } from './trial-plan.ts';

const help = `npm run crash -- --seeds 200                 so many trials, with the seeds 1, 2, …
npm run crash -- --seeds 50 --first 1000     seeds from 1000 on
npm run crash -- --seed 17                   this one
  --store sqlite|postgres    where the control store is; default sqlite
  --parallel N               trials at a time; default 4
  --keep                     leave the files of every stack, not only of those that a trial failed on
  --mutate ${Object.keys(mutations).join('|')}   break the workers on purpose, up to the first trial that sees it

The last line is {"seeds": N, "lost": 0, "twice": 0, "ghosts": 0, "stale": 0}; the exit code is 0 when all is zero and no
other invariant was broken, 1 when not.
`;

interface Order {
  readonly seeds: readonly number[];
  readonly store: 'sqlite' | 'postgres';
  readonly parallel: number;
  readonly keep: boolean;
  readonly mutation: Mutation | undefined;
}

/** Throws an error whose message is for the caller. */
function readOrder(): Order | undefined {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      first: { type: 'string', default: '1' },
      seed: { type: 'string' },
      store: { type: 'string', default: 'sqlite' },
      parallel: { type: 'string', default: '4' },
      mutate: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { mutate, store } = values;
  if (store !== 'sqlite' && store !== 'postgres') throw new Error(`--store is sqlite or postgres, not ${store}`);
  if (mutate !== undefined && !isMutation(mutate)) throw new Error(`there is no mutation ${mutate}`);
  const count = Number(values.seeds ?? (mutate === undefined ? 10 : 20));
  const first = Number(values.first);
  const seeds = values.seed === undefined ? Array.from({ length: count }, (_, n) => first + n) : [Number(values.seed)];
  const parallel = Number(values.parallel);
  if (![...seeds, count, parallel].every((number) => Number.isSafeInteger(number) && number >= 0) || parallel < 1)
    throw new Error('seeds and counts are whole numbers');
  return { seeds, store, parallel, keep: values.keep, mutation: mutate };
}

/** Starts what all trials share, and runs them in lanes; with a mutation only until one sees it. */
async function runTrials(order: Order, root: string, report: Report): Promise<void> {
  const settings = { max_connections: '300' };
  const postgres = order.store === 'postgres' ? await startPostgres({ settings }) : undefined;
  const oracle = await startOracle();
  const blocks = [...Map.groupBy(order.seeds, stackOf).values()];
  const createDatabase = postgres && ((name: string) => postgres.createDatabase(name));
  const isOver = (): boolean => order.mutation !== undefined && !report.isGreen;
  const work = async (): Promise<void> => {
    for (let block = blocks.shift(); block && !isOver(); block = blocks.shift()) {
      const lane = new Lane({ root, oracle, createDatabase, mutation: order.mutation, keep: order.keep });
      for (const seed of block) if (!isOver()) report.add(await lane.run(seed));
      const wrong = await lane.end();
      if (wrong !== undefined) report.note(wrong);
    }
  };
  try {
    await Promise.all(Array.from({ length: order.parallel }, work));
  } finally {
    oracle.stop();
    await postgres?.stop();
  }
}

async function main(): Promise<number> {
  const order = readOrder();
  if (!order) {
    process.stdout.write(help);
    return 0;
  }
  if (order.mutation) assertMutationFits(order.mutation);
  const root = mkdtempSync(join(tmpdir(), 'tributary-crash-test-'));
  mkdirSync(join(root, 'compile-cache'));
  const report = new Report(order);
  await runTrials(order, root, report);
  rmSync(join(root, 'compile-cache'), { recursive: true, force: true });
  if (report.isGreen && !order.keep) rmSync(root, { recursive: true, force: true });
  report.close();
  return report.isGreen ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
