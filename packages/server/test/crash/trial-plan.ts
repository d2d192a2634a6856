import { seededRandom, type SeededRandom } from '@tributary/connectors/sources/stub/seeded-random';
import { failpoints, type Failpoint } from '../../src/lib/failpoints.ts';
import type { FailpointAction, FailpointSpec, WorkerName } from './crash-folder.ts';
import type { Mutation } from './mutations.ts';

/** What the nemesis does at a moment of a round. `stop` is SIGSTOP, and SIGCONT after two leases. */
export interface Strike {
  readonly atMs: number;
  readonly type: 'kill' | 'stop' | 'end' | 'kill service' | 'kill service and workers' | 'cancel';
  readonly worker: WorkerName;
}

interface PlannedSource {
  /** In a collection of its own or beside another one. */
  readonly collection: 0 | 1;
  readonly pageSize: number;
  readonly large: boolean;
  readonly changesOnly: boolean;
}

export interface PlannedRound {
  /** Operations of each source before the syncs are started; more happen while they run. */
  readonly operations: number;
  readonly fullRefresh: boolean;
  /** The stream `passing` vanishes. */
  readonly drop: boolean;
  /** A large listing loses more than one sweep takes at once. */
  readonly shrink: boolean;
  readonly strikes: readonly Strike[];
}

/** What the trials of neighbouring seeds share, since they run on one stack. */
export interface StackPlan {
  /** The worker `away` takes itself for one of another host, so that stopped workers live on and write late. */
  readonly elsewhere: boolean;
  /** With one, the workers share the jobs. */
  readonly jobsPerWorker: number;
}

const SEEDS_OF_STACK = 5;

/** Seeds of one number run on one stack, one after the other. */
export const stackOf = (seed: number): number => Math.floor(seed / SEEDS_OF_STACK);

export function planStack(seed: number): StackPlan {
  const number = stackOf(seed);
  return { elsewhere: number % 4 !== 3, jobsPerWorker: 1 + (number % 2) };
}

/** Everything about a trial that its seed decides; what the processes make of it depends on the machine as well. */
export interface TrialPlan {
  readonly seed: number;
  readonly sources: readonly PlannedSource[];
  readonly lives: Readonly<Record<WorkerName, readonly (readonly FailpointSpec[])[]>>;
  readonly rounds: readonly PlannedRound[];
  /** Where both workers die while they read the last source alone, which then changes no more. */
  readonly breakOff: FailpointSpec | undefined;
  /** The place, counted in pages, at which a worker is stopped, to go on when another one has taken over. */
  readonly lateWriterAfter: number | undefined;
}

/** Places that are reached with every page, and so may be counted on for long. */
const perPage: readonly Failpoint[] = failpoints.filter((name) => /^(read\.page|store\.apply)/.test(name));
const LIVES = 5;
/** Where a cursor that ran ahead of its page loses the page. */
const BEHIND_THE_CURSOR: FailpointSpec = 'store.apply.before-cursor:1:kill';

/**
 * With a mutation every trial that can have it meets the fault that the mutation lets through, so that whether it is seen is no
 * matter of luck.
 */
export function planTrial(seed: number, mutation?: Mutation): TrialPlan {
  const random = seededRandom(seed, 0);
  const chance = (percent: number): boolean => random.between(1, 100) <= percent;
  const late = mutation !== 'cursor' && planStack(seed).elsewhere && (chance(70) || mutation === 'fence');
  const changesOnly = !late || chance(50);
  const large = chance(8);
  const life = (): FailpointSpec[] => Array.from({ length: random.pick([1, 2, 3, 4]) }, () => planFailpoint(random));
  const lives = (): FailpointSpec[][] => Array.from({ length: LIVES }, life);
  const rounds = late ? 1 : random.between(2, 3);
  const sources: PlannedSource[] = ([0, 0, 1] as const).map((collection, index) => ({
    collection,
    pageSize: random.between(2, 6),
    large: large && index === 1,
    changesOnly: changesOnly && index === 2,
  }));
  return {
    seed,
    sources,
    lives: { home: lives(), away: lives() },
    rounds: Array.from({ length: rounds }, (_, round) => ({
      operations: random.between(5, 60),
      fullRefresh: chance(15),
      drop: chance(15),
      shrink: round > 0,
      strikes: Array.from({ length: random.pick([0, 1, 1, 2]) }, () => planStrike(random)),
    })),
    breakOff: late ? undefined : planBreakOff(random, mutation),
    lateWriterAfter: late ? random.between(1, 8) : undefined,
  };
}

function planFailpoint(random: SeededRandom): FailpointSpec {
  const action = random.pick<FailpointAction>(['kill', 'kill', 'kill', 'kill', 'throw', 'throw', 'exit', 'stop']);
  const often = random.between(1, 100) <= 55;
  const name = random.pick((often ? perPage : failpoints) as readonly Failpoint[] as [Failpoint, ...Failpoint[]]);
  const countdown = perPage.includes(name) ? random.between(1, 12) : random.between(1, 2);
  // A store that cannot tell a job's counts leaves them to be wrong; that is no crash.
  const settles = /^(store\.settle|takeover)/.test(name);
  return `${name}:${countdown}:${settles && action === 'throw' ? 'kill' : action}`;
}

function planBreakOff(random: SeededRandom, mutation?: Mutation): FailpointSpec {
  if (mutation === 'cursor') return BEHIND_THE_CURSOR;
  const name = random.pick([
    'store.apply.before-begin',
    'store.apply.before-cursor',
    'store.apply.before-commit',
  ] as const);
  return `${name}:${random.between(2, 8)}:kill`;
}

function planStrike(random: SeededRandom): Strike {
  const types = ['kill', 'kill', 'kill', 'stop', 'end', 'kill service', 'kill service and workers', 'cancel'] as const;
  return {
    atMs: random.between(0, 700),
    type: random.pick<Strike['type']>([...types]),
    worker: random.pick<WorkerName>(['home', 'away']),
  };
}
