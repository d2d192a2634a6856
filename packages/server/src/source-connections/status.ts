import type { AuthMethod, JobState, Millis } from '../control/schema.ts';
import type { SyncJob } from '../syncs/model.ts';

/** Four honest axes instead of one word; the dialects' words are derived from them. */
export interface StatusAxes {
  /** Can it read at all? */
  readonly setup: 'pending_auth' | 'needs_reauth' | 'ready';
  /** What is going on now? */
  readonly run: 'idle' | 'pending' | 'running' | 'cancelling';
  /** How did the newest ended job leave the data? `never`: none has ended well or badly. */
  readonly freshness: 'never' | 'fresh' | 'failed' | 'cancelled';
  /** What starts the next job? */
  readonly mode: 'manual' | 'scheduled' | 'continuous' | 'paused' | 'off';
}

/** Something that a person has to do, and how. */
export interface Task {
  readonly code:
    | 'authenticate'
    | 'renew_credential'
    | 'confirm_sweep'
    | 'fix_configuration'
    | 'resume_schedule'
    | 'enable_connection';
  readonly message: string;
  readonly fix: { readonly method: string; readonly path: string };
}

export interface StatusFacts {
  readonly id: string;
  readonly authMethod: AuthMethod;
  readonly authenticatedAt: Millis | null;
  readonly enabled: boolean;
  readonly pausedBy: 'user' | 'credential' | null;
  readonly cron: string | null;
  readonly continuous: boolean;
  readonly lastJob: SyncJob | null;
  readonly sweepHeld: { readonly stream: string; readonly unseen: number; readonly total: number } | null;
}

const run: Readonly<Record<JobState, StatusAxes['run']>> = {
  pending: 'pending',
  running: 'running',
  cancelling: 'cancelling',
  completed: 'idle',
  failed: 'idle',
  cancelled: 'idle',
  interrupted: 'idle',
};

const freshness: Readonly<Record<JobState, StatusAxes['freshness']>> = {
  pending: 'never',
  running: 'never',
  cancelling: 'never',
  completed: 'fresh',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'cancelled',
};

function mode(facts: StatusFacts): StatusAxes['mode'] {
  if (!facts.enabled) return 'off';
  if (facts.pausedBy !== null) return 'paused';
  if (facts.continuous) return 'continuous';
  return facts.cron === null ? 'manual' : 'scheduled';
}

function setup(facts: StatusFacts): StatusAxes['setup'] {
  if (facts.authenticatedAt === null) return 'pending_auth';
  if (facts.pausedBy === 'credential') return 'needs_reauth';
  const job = facts.lastJob;
  // A credential that was renewed after the job ended has not been refused yet.
  const refused = job?.state === 'failed' && job.error?.category && facts.authenticatedAt <= (job.completedAt ?? 0);
  return refused ? 'needs_reauth' : 'ready';
}

export function statusOf(facts: StatusFacts): StatusAxes {
  const state = facts.lastJob?.state;
  return {
    setup: setup(facts),
    run: state ? run[state] : 'idle',
    freshness: state ? freshness[state] : 'never',
    mode: mode(facts),
  };
}

/** The tasks that follow from the facts; empty when nothing is to be done. */
export function tasksOf(facts: StatusFacts): Task[] {
  const native = `/tributary/v1/source-connections/${facts.id}`;
  const edit = { method: 'PATCH', path: `/v1/source-connections/${facts.id}` } as const;
  const axes = statusOf(facts);
  const tasks: Task[] = [];
  if (axes.setup === 'pending_auth')
    tasks.push({ code: 'authenticate', message: 'Finish the authentication; nothing can be read before.', fix: edit });
  if (axes.setup === 'needs_reauth') {
    const why = facts.lastJob?.error?.message ?? 'The source refused the credential.';
    tasks.push({
      code: 'renew_credential',
      message: `${why} Give a new credential; the schedule then goes on.`,
      fix: edit,
    });
  }
  if (facts.sweepHeld) {
    const { stream, unseen, total } = facts.sweepHeld;
    tasks.push({
      code: 'confirm_sweep',
      message: `The last listing of ${stream} did not name ${unseen} of ${total} records, so their deletion is held back. Confirm it if they are really gone.`,
      fix: { method: 'POST', path: `${native}/sweep/confirm` },
    });
  }
  if (axes.freshness === 'failed' && axes.setup === 'ready') {
    tasks.push({
      code: 'fix_configuration',
      message: facts.lastJob?.error?.message ?? 'The last job failed.',
      fix: edit,
    });
  }
  if (facts.pausedBy === 'user')
    tasks.push({
      code: 'resume_schedule',
      message: 'The schedule is paused.',
      fix: { method: 'POST', path: `${native}/resume` },
    });
  if (!facts.enabled) tasks.push({ code: 'enable_connection', message: 'The connection is switched off.', fix: edit });
  return tasks;
}
