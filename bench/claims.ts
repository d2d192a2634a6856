import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import type { ControlStore } from '@tributary/server/control/database';
import { openControlStore } from '@tributary/server/control/open';
import { createClaimer } from '@tributary/server/jobs/claim';
import { createScheduler } from '@tributary/server/jobs/scheduler';
import { systemClock } from '@tributary/server/lib/clock';
import { clearJobs, makeDue, seedSchedules } from './schedules.ts';
import { judged, rounded, type Result } from './result.ts';
import { median } from './run-script.ts';

export interface ClaimsBenchOptions {
  /** Numbers of schedules, rising. */
  readonly sizes: readonly number[];
  /** How many of them are due at once, at every size. */
  readonly due: number;
  readonly rounds: number;
}

/** Processes that claim at the same time, and how many jobs each takes at a time. */
const CLAIMERS = 4;
const AT_ONCE = 100;

interface Rates {
  readonly schedules: number;
  /** Jobs a second that claimers took. */
  readonly claims: number;
  /** Due source connections a second that became jobs. */
  readonly ticks: number;
  /** Milliseconds of one look for work when nothing is due. */
  readonly idleMs: number;
}

type Open = () => Promise<ControlStore>;

async function measureClaims(stores: readonly ControlStore[], due: number): Promise<number> {
  const claimers = stores.map((control, at) =>
    createClaimer({ control, clock: systemClock, owner: `bench-${at}`, leaseMs: 600_000 }),
  );
  const start = performance.now();
  const claimed = await Promise.all(
    claimers.map(async (claimer) => {
      let sum = 0;
      for (let taken = AT_ONCE; taken > 0; sum += taken) taken = (await claimer.claim(AT_ONCE)).length;
      return sum;
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const total = claimed.reduce((sum, one) => sum + one, 0);
  if (total !== due) throw new Error(`${total} of ${due} jobs were claimed`);
  return due / seconds;
}

async function measureTicks(control: ControlStore, due: number): Promise<number> {
  const scheduler = createScheduler({ control, clock: systemClock, log: { warn: () => undefined } });
  const start = performance.now();
  for (let sum = 0; sum < due;) {
    const moved = await scheduler.tick();
    if (moved === 0) throw new Error(`${sum} of ${due} due source connections became jobs`);
    sum += moved;
  }
  return due / ((performance.now() - start) / 1_000);
}

async function measureIdle(control: ControlStore): Promise<number> {
  const scheduler = createScheduler({ control, clock: systemClock, log: { warn: () => undefined } });
  const claimer = createClaimer({ control, clock: systemClock, owner: 'bench-idle', leaseMs: 600_000 });
  const looks = 200;
  const start = performance.now();
  for (let look = 0; look < looks; look += 1) {
    await scheduler.tick();
    await claimer.claim(1);
  }
  return (performance.now() - start) / looks;
}

async function measureStore(open: Open, { sizes, due, rounds }: ClaimsBenchOptions): Promise<readonly Rates[]> {
  const stores = await Promise.all(Array.from({ length: CLAIMERS }, open));
  const [control] = stores;
  if (!control) throw new Error('no store');
  try {
    const rates: Rates[] = [];
    let seeded = 0;
    for (const schedules of sizes) {
      await seedSchedules(control, seeded, schedules);
      seeded = schedules;
      const idleMs = await measureIdle(control);
      const claims: number[] = [];
      const ticks: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const some = Math.min(due, schedules);
        await makeDue(control, some);
        ticks.push(await measureTicks(control, some));
        claims.push(await measureClaims(stores, some));
        await clearJobs(control);
      }
      rates.push({ schedules, claims: median(claims), ticks: median(ticks), idleMs });
    }
    return rates;
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

function resultsOf(store: string, rates: readonly Rates[]): readonly Result[] {
  const claims = rates.map((one) => one.claims);
  const numbers = Object.fromEntries(
    rates.flatMap(({ schedules, ...one }) => [
      [`claimsPerSecond@${schedules}`, Math.round(one.claims)],
      [`duePerSecond@${schedules}`, Math.round(one.ticks)],
      [`idleLookMs@${schedules}`, rounded(one.idleMs)],
    ]),
  );
  const least = rates.map(({ schedules }) => schedules.toLocaleString('en')).join(', ');
  return [
    judged({
      name: `claims-flat-${store}`,
      what: `Claims a second at ${least} schedules on ${store}: the fastest against the slowest`,
      atMost: 2,
      unit: 'ratio',
      measured: rounded(Math.max(...claims) / Math.min(...claims)),
      numbers,
      series: [
        { label: `claims/s, ${store}`, points: rates.map((one) => [one.schedules, Math.round(one.claims)]) },
        { label: `due/s, ${store}`, points: rates.map((one) => [one.schedules, Math.round(one.ticks)]) },
      ],
      axes: { x: 'schedules', y: 'a second' },
    }),
  ];
}

/** How fast due jobs are claimed, from few schedules to a million, on each control store. */
export async function benchClaims(options: ClaimsBenchOptions): Promise<readonly Result[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  const postgres = await startPostgres({ fsync: true });
  try {
    const base = { dataDir, clock: systemClock, busy: 'retry', migrations: 'apply' } as const;
    const sqlite = await measureStore(() => openControlStore({ ...base, databaseUrl: undefined }), options);
    const url = new Secret(await postgres.createDatabase('claims'));
    const inPostgres = await measureStore(() => openControlStore({ ...base, databaseUrl: url, poolSize: 2 }), options);
    const slowest = Math.min(...inPostgres.map((one) => one.claims));
    return [
      ...resultsOf('SQLite', sqlite),
      ...resultsOf('PostgreSQL', inPostgres),
      judged({
        name: 'claims-PostgreSQL',
        what: `Claims a second on PostgreSQL, the slowest of all sizes; ${CLAIMERS} claimers of ${AT_ONCE} jobs each`,
        atLeast: 10_000,
        unit: 'claims/s',
        measured: Math.round(slowest),
        numbers: { due: options.due, rounds: options.rounds },
      }),
    ];
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
