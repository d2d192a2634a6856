import type { Config } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import { Sleeper } from '../jobs/sleeper.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { AnswerBus } from './answer-bus.ts';
import type { EnvironmentResult, PlacedDeployment } from './deployments.ts';
import { judge, type Answer, type WatchedWorker } from './judgement.ts';
import { findDeployment, listAnswers, listEnvironmentNames } from './repository.ts';
import { isDead, isSilent, workerName } from './workers/registration.ts';
import { listWorkers, type WorkerRow } from './workers/repository.ts';

export interface SettlingNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly bus: AnswerBus;
  /** `workers`: processes that this service starts; it expects one to come up when there is none. */
  readonly config: Pick<Config, 'deploymentTimeoutMs' | 'environment' | 'workers'>;
}

/** Whoever is not told looks so often. */
const LOOK_EVERY_MS = 200;

/**
 * Waits for the workers of every environment of the project, for so long as the operator has set and never longer.
 * @throws unavailable when the control store has told nothing in that time
 */
export async function settle(needs: SettlingNeeds, placed: PlacedDeployment): Promise<readonly EnvironmentResult[]> {
  const { clock, bus, config } = needs;
  const pause = new Sleeper(clock);
  const unlisten = bus.listen(placed.connectionId, () => pause.wake());
  const over = new AbortController();
  const deadline = clock.now() + config.deploymentTimeoutMs;
  const late = clock.sleep(config.deploymentTimeoutMs, over.signal).then(
    () => 'late' as const,
    () => 'late' as const,
  );
  let view: View | undefined;
  let failure: Error | undefined;
  try {
    for (;;) {
      // A store that does not answer must not hold the caller for longer than workers that do not.
      const looked = await Promise.race([look(needs, placed).catch((error: Error) => ({ error })), late]);
      if (looked !== 'late') {
        if ('error' in looked) failure = looked.error;
        else view = looked;
      }
      const isOver = looked === 'late' || clock.now() >= deadline;
      const results = view && resultsOf(view, config, isOver);
      if (results) return results;
      if (isOver) throw failure ?? errors.unavailable({ reason: 'the control store does not answer' });
      await Promise.race([pause.pause(Math.min(LOOK_EVERY_MS, deadline - clock.now())), late]);
    }
  } finally {
    unlisten();
    over.abort();
    pause.wake();
  }
}

interface View {
  readonly removed: boolean;
  readonly environments: readonly { readonly name: string; readonly name_key: string }[];
  readonly workers: readonly (WorkerRow & { readonly lost: boolean })[];
  readonly answers: ReadonlyMap<string, Answer>;
}

async function look({ control, clock }: SettlingNeeds, placed: PlacedDeployment): Promise<View> {
  const { organizationId, projectId, connectionId, version } = placed;
  const { db } = control;
  const deployment = await findDeployment(db, organizationId, connectionId);
  const environments = await listEnvironmentNames(db, organizationId, projectId);
  const known = await listWorkers(
    db,
    environments.map((row) => row.name_key),
  );
  const answers = await listAnswers(db, organizationId, connectionId);
  const now = clock.now();
  const placedAt = deployment?.placed_at ?? now;
  const workers = known
    // Those that were lost before know nothing of this deployment.
    .filter((row) => row.lost_at === null || row.lost_at >= placedAt)
    .map((row) => ({ ...row, lost: row.lost_at !== null || isSilent(row, now) || isDead(row.owner) }));
  const current = answers.filter((row) => row.version >= version);
  return {
    removed: deployment?.removed !== 0,
    environments,
    workers,
    answers: new Map(current.map((row) => [row.worker_id, { state: row.state, message: row.message }])),
  };
}

function resultsOf(
  { removed, environments, workers, answers }: View,
  config: SettlingNeeds['config'],
  over: boolean,
): readonly EnvironmentResult[] | undefined {
  const results = environments.map(({ name, name_key }) =>
    judge({
      environmentName: name,
      removed,
      workers: workers.filter((row) => row.environment === name_key).map(watched),
      answers,
      expected: config.workers > 0 && config.environment === name_key,
      over,
    }),
  );
  return results.every((result) => result !== undefined) ? results : undefined;
}

function watched(row: View['workers'][number]): WatchedWorker {
  return { id: row.id, name: workerName(row), lost: row.lost };
}
