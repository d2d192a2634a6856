import type { Notice } from '@tributary/connectors/kit/notice';
import { silentLog } from '@tributary/connectors/testing/connector-probe';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { ConnectionId, EnvironmentId, NotificationRuleId, ProjectId, SourceConnectionId } from '../../lib/ids.ts';
import { type MakeHome, type QueueRig, useQueue } from '../../jobs/testing/queue-rig.ts';
import { NotificationSender, type SenderNeeds } from '../deliveries/sender.ts';
import type { HeldConnections } from '../held-connections.ts';
import { eventKinds } from '../model.ts';
import type { RuleRow } from '../repository.ts';

/** A connection that carries notifications, played: what it got, and what it throws. */
export class PlayedCarrier {
  readonly got: Notice[] = [];
  /** Thrown, one for each notice, before any is taken. */
  readonly faults: Error[] = [];
  /** Notices are taken when it ends. */
  gate: Promise<void> | undefined;
  #running = 0;
  most = 0;

  async notify(notice: Notice): Promise<void> {
    this.#running += 1;
    this.most = Math.max(this.most, this.#running);
    try {
      await this.gate;
      const fault = this.faults.shift();
      if (fault) throw fault;
      this.got.push(notice);
    } finally {
      this.#running -= 1;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface NotificationRig extends QueueRig {
  /** A rule by a connection of its own. */
  addRule(change?: Partial<RuleRow>): Promise<{ readonly ruleId: NotificationRuleId; readonly carrier: ConnectionId }>;
  sender(held: HeldConnections, needs?: Partial<SenderNeeds>): NotificationSender;
  rule(id: NotificationRuleId): Promise<Pick<RuleRow, 'enabled' | 'last_error' | 'last_error_at' | 'last_sent_at'>>;
  /** Everything that was written down, oldest first. */
  deliveries(): ReturnType<typeof listAll>;
  connectionOf(id: SourceConnectionId): Promise<ConnectionId>;
}

function listAll(rig: QueueRig) {
  return rig.store.db
    .selectFrom('notice_delivery')
    .innerJoin('notice', 'notice.id', 'notice_delivery.notice_id')
    .select(['notice.id', 'notice.kind', 'notice.severity', 'notice.facts', 'notice_delivery.rule_id'])
    .select(['notice_delivery.state', 'notice_delivery.attempts', 'notice_delivery.repeats', 'notice_delivery.reason'])
    .select(['notice_delivery.next_attempt_at'])
    .where('notice.organization_id', '=', rig.seed.organizationId)
    .orderBy('notice_delivery.created_at')
    .execute();
}

/** The queue of jobs with rules that hear of what becomes of it. */
export function useNotifications(make: MakeHome): NotificationRig {
  const rig = useQueue(make);
  const own: Omit<NotificationRig, keyof QueueRig> = {
    connectionOf: (id) => connectionOf(rig, id),
    addRule: (change) => addRule(rig, change),
    sender: (held, needs) =>
      new NotificationSender({
        control: rig.store,
        clock: stillClock(rig),
        log: silentLog,
        held,
        environmentKey: 'production',
        owner: 'worker-a',
        publicUrl: undefined,
        random: () => 1,
        ...needs,
      }),
    rule: (id) =>
      rig.store.db
        .selectFrom('notification_rule')
        .select(['enabled', 'last_error', 'last_error_at', 'last_sent_at'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    deliveries: () => listAll(rig),
  };
  // What the queue's rig has are getters: each test has its own store.
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(rig)) as NotificationRig;
}

/** Time stands still until it is moved; pauses never end by themselves. */
function stillClock(rig: QueueRig): Clock {
  return {
    now: () => rig.clock.now(),
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  };
}

async function connectionOf({ store }: QueueRig, id: SourceConnectionId): Promise<ConnectionId> {
  const query = store.db.selectFrom('source_connection').select('connection_id');
  return (await query.where('id', '=', id).executeTakeFirstOrThrow()).connection_id;
}

async function addRule(rig: QueueRig, change: Partial<RuleRow> = {}) {
  const { store, seed } = rig;
  const id = newId<NotificationRuleId>();
  const projects = store.db.selectFrom('project').select('id').where('organization_id', '=', seed.organizationId);
  const { id: project_id } = await projects.executeTakeFirstOrThrow();
  // The source connection beside it reads nothing.
  const carrier = await connectionOf(rig, await seed.addOrder());
  const at = { created_at: 0, modified_at: 0, created_by_email: null, modified_by_email: null };
  const ids = { id, organization_id: seed.organizationId, project_id, connection_id: carrier };
  const named = { name: id, name_key: id, environment_id: await environmentOf(rig, project_id) };
  const row = { ...ids, ...named, events: JSON.stringify(eventKinds), source_connections: null, ...at, ...change };
  await store.db.insertInto('notification_rule').values(row).execute();
  return { ruleId: id, carrier };
}

async function environmentOf({ store, seed }: QueueRig, project_id: ProjectId): Promise<EnvironmentId> {
  const stored = { organization_id: seed.organizationId, project_id, name: 'Production', name_key: 'production' };
  await store.db
    .insertInto('environment')
    .values({ id: newId<EnvironmentId>(), ...stored, created_at: 0 })
    .onConflict((conflict) => conflict.columns(['project_id', 'name_key']).doNothing())
    .execute();
  const query = store.db.selectFrom('environment').select('id').where('project_id', '=', project_id);
  return (await query.executeTakeFirstOrThrow()).id;
}
