import type { HeldState } from '../control/deployment-tables.ts';
import type { EnvironmentResult } from './deployments.ts';

/** A worker as whoever waits for it sees it. */
export interface WatchedWorker {
  readonly id: string;
  /** For people: its host and process. */
  readonly name: string;
  /** It has ended without a word, or was silent for too long. */
  readonly lost: boolean;
}

/** What it has answered to the version that is waited for, or to a newer one. */
export interface Answer {
  readonly state: HeldState;
  readonly message: string | null;
}

export interface Situation {
  readonly environmentName: string;
  /** The deployment ends. */
  readonly removed: boolean;
  readonly workers: readonly WatchedWorker[];
  readonly answers: ReadonlyMap<string, Answer>;
  /** None lives yet, but one is about to. */
  readonly expected: boolean;
  /** Nobody waits any longer. */
  readonly over: boolean;
}

/** How a deployment went in one environment; undefined while there is something to wait for. */
export function judge(situation: Situation): EnvironmentResult | undefined {
  const { environmentName, removed, workers, answers, expected, over } = situation;
  const live = workers.filter((worker) => !worker.lost);
  const silent = live.filter((worker) => !answers.has(worker.id));
  const lost = workers.filter((worker) => worker.lost && !answers.has(worker.id));
  if (!over && (silent.length > 0 || (workers.length === 0 && expected && !removed))) return undefined;
  if (workers.length === 0) return removed ? done(environmentName, removed) : noWorker(environmentName);
  const failures = live.flatMap((worker) => {
    const answer = answers.get(worker.id);
    return answer?.state === 'failed' ? [{ name: worker.name, why: answer.message ?? '' }] : [];
  });
  const parts = [...failureParts(failures, live.length), ...silentParts(silent), ...lostParts(lost)];
  if (parts.length === 0) return done(environmentName, removed);
  return { environmentName, success: false, message: parts.join(' ') };
}

function done(environmentName: string, removed: boolean): EnvironmentResult {
  return { environmentName, success: true, message: removed ? 'Undeployment successful' : 'Deployment successful' };
}

function noWorker(environmentName: string): EnvironmentResult {
  const message = `No worker of the environment '${environmentName}' is running. Start one with TRIBUTARY_ENVIRONMENT=${environmentName}; it takes the connection up as soon as it runs.`;
  return { environmentName, success: false, message };
}

/** Workers that failed alike are named together. */
function failureParts(failures: readonly { readonly name: string; readonly why: string }[], live: number): string[] {
  const byReason = Map.groupBy(failures, (failure) => failure.why);
  return [...byReason].map(([why, those]) => {
    const reason = /[.!?]$/.test(why) ? why : `${why}.`;
    if (live === 1) return `Deployment failed: ${reason}`;
    return `Deployment failed on ${those.length} of ${live} workers (${namesOf(those)}): ${reason}`;
  });
}

function silentParts(silent: readonly WatchedWorker[]): string[] {
  if (silent.length === 0) return [];
  return [`No answer in time from ${namesOf(silent)}: unreachable; what it missed is caught up when it answers again.`];
}

function lostParts(lost: readonly WatchedWorker[]): string[] {
  if (lost.length === 0) return [];
  return [`Unreachable since it ended before it answered: ${namesOf(lost)}; its successor catches up.`];
}

const NAMED = 5;

function namesOf(workers: readonly { readonly name: string }[]): string {
  const names = workers.slice(0, NAMED).map(({ name }) => name);
  const more = workers.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
