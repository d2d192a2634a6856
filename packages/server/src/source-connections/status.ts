import type { AuthMethod, JobState, Millis } from '../control/schema.ts';
import type { HeldSweep } from '../engine/outcome.ts';
import type { HeldSchema } from '../engine/schema-memory.ts';
import type { SyncJob } from '../syncs/model.ts';
import { isByOAuth } from './authorization/methods.ts';

/** Four honest axes instead of one word; the dialects' words are derived from them. */
export interface StatusAxes {
  /** Can it read at all? */
  readonly setup: 'pending_auth' | 'needs_reauth' | 'ready';
  /** What is going on now? */
  readonly run: 'idle' | 'pending' | 'running' | 'cancelling';
  /** How did the newest job that has ended leave the data? `never`: none has ended. */
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
    | 'schema_change_held'
    | 'fix_configuration'
    | 'resume_schedule'
    | 'enable_connection'
    | 'make_room'
    | 'free_disk';
  readonly message: string;
  readonly fix: { readonly method: string; readonly path: string };
}

export interface StatusFacts {
  readonly id: string;
  readonly authMethod: AuthMethod;
  readonly authenticatedAt: Millis | null;
  readonly enabled: boolean;
  readonly pausedBy: 'user' | 'credential' | null;
  /** Why the provider does not renew the access any more; found by a job, or while none ran. */
  readonly refusedReason: string | null;
  readonly cron: string | null;
  readonly continuous: boolean;
  readonly lastJob: SyncJob | null;
  /** The newest job that has ended: the last one, unless that is still going on. */
  readonly lastEnded: SyncJob | null;
  /** The disk of the data directory has little room left. */
  readonly diskNearlyFull: boolean;
  /** Sweeps that were held back; empty when none is. */
  readonly sweepsHeld: readonly HeldSweep[];
  /** New streams and fields that were not let in; empty when none is. */
  readonly schemaHeld: readonly HeldSchema[];
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
  // Jobs in these three have not ended.
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
  if (facts.pausedBy === 'credential' || facts.refusedReason !== null) return 'needs_reauth';
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
    freshness: facts.lastEnded ? freshness[facts.lastEnded.state] : 'never',
    mode: mode(facts),
  };
}

const isOverLimit = ({ lastJob }: StatusFacts): boolean =>
  lastJob?.state === 'failed' && lastJob.error?.code === 'limit_reached';

interface Rule {
  readonly code: Task['code'];
  readonly applies: (facts: StatusFacts, axes: StatusAxes) => boolean;
  readonly message: (facts: StatusFacts) => string;
  readonly fix: (facts: StatusFacts) => Task['fix'];
}

const edit = ({ id }: StatusFacts): Task['fix'] => ({ method: 'PATCH', path: `/v1/source-connections/${id}` });
/** A person allows access at the provider again; what was typed in is given anew; at an outside vault it is put right there. */
const authenticate = (facts: StatusFacts): Task['fix'] => {
  if (isByOAuth(facts.authMethod))
    return { method: 'POST', path: `/v1/source-connections/${facts.id}/reinitiate-oauth` };
  return facts.authMethod === 'auth_provider' ? act('resume')(facts) : edit(facts);
};
const renewal = ({ authMethod }: StatusFacts): string =>
  authMethod === 'auth_provider'
    ? 'Put it right at the auth provider, then resume.'
    : 'Give a new credential; the schedule then goes on.';
const act =
  (action: string) =>
  ({ id }: StatusFacts): Task['fix'] => ({ method: 'POST', path: `/tributary/v1/source-connections/${id}/${action}` });

const newcomer = ({ stream, fields }: HeldSchema): string =>
  fields.length === 0 ? `the stream ${stream}` : `${fields.join(', ')} of ${stream}`;

/** What each state asks of a person, most pressing first. */
const rules: readonly Rule[] = [
  {
    code: 'authenticate',
    applies: (_, axes) => axes.setup === 'pending_auth',
    message: () =>
      'A person has to allow access; nothing can be read before. Unless somebody does within a day, the connection is removed.',
    fix: authenticate,
  },
  {
    code: 'renew_credential',
    applies: (_, axes) => axes.setup === 'needs_reauth',
    message: (facts) =>
      `${facts.refusedReason ?? facts.lastJob?.error?.message ?? 'The source refused the credential.'} ${renewal(facts)}`,
    fix: authenticate,
  },
  {
    code: 'confirm_sweep',
    applies: ({ sweepsHeld }) => sweepsHeld.length > 0,
    message: ({ sweepsHeld }) =>
      `${sweepsHeld.map(({ stream, unseen, total }) => `The last listing of ${stream} did not name ${unseen} of ${total} records.`).join(' ')} Their deletion is held back; confirm it if they are really gone.`,
    fix: act('sweep/confirm'),
  },
  {
    code: 'schema_change_held',
    applies: ({ schemaHeld }) => schemaHeld.length > 0,
    message: ({ schemaHeld }) =>
      `New at the source, and left out until it is accepted: ${schemaHeld.map(newcomer).join('; ')}.`,
    fix: act('schema/accept'),
  },
  {
    code: 'fix_configuration',
    // A job that is going on may have been started because the configuration was fixed.
    applies: (facts, axes) =>
      axes.run === 'idle' && axes.freshness === 'failed' && axes.setup === 'ready' && !isOverLimit(facts),
    message: ({ lastJob }) => lastJob?.error?.message ?? 'The last job failed.',
    fix: edit,
  },
  {
    code: 'make_room',
    applies: (facts, axes) => axes.run === 'idle' && isOverLimit(facts),
    message: ({ lastJob }) => lastJob?.error?.message ?? 'The organization holds as much as it may.',
    fix: () => ({ method: 'GET', path: '/tributary/v1/organization/usage' }),
  },
  {
    code: 'free_disk',
    applies: ({ diskNearlyFull }) => diskNearlyFull,
    message: () =>
      'The disk of the service is nearly full; syncs fail when it is. Delete collections that are not needed, or have the operator give it more room.',
    fix: () => ({ method: 'GET', path: '/tributary/v1/organization/usage' }),
  },
  {
    code: 'resume_schedule',
    applies: ({ pausedBy }) => pausedBy === 'user',
    message: () => 'Syncs are paused; none starts, by schedule or by hand.',
    fix: act('resume'),
  },
  {
    code: 'enable_connection',
    applies: ({ enabled }) => !enabled,
    message: () => 'The connection is switched off.',
    fix: edit,
  },
];

/** The tasks that follow from the facts; empty when nothing is to be done. */
export function tasksOf(facts: StatusFacts): Task[] {
  const axes = statusOf(facts);
  return rules
    .filter((rule) => rule.applies(facts, axes))
    .map((rule) => ({ code: rule.code, message: rule.message(facts), fix: rule.fix(facts) }));
}
