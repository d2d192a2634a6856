import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '@tributary/connectors/testing/connector-probe';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { postgresHome, sqliteHome } from '../control/testing.ts';
import { newId } from '../lib/ids.ts';
import type { EnvironmentId, JobId, NoticeId, NotificationRuleId, OrganizationId } from '../lib/ids.ts';
import { forgetOld, keepForgetting } from './retention.ts';
import { seedOrganization, testClock } from './testing/seed.ts';

const DAY = 86_400_000;
const keep = { keepJobsDays: 90, keepEventsDays: 14, keepAuditDays: 365, keepNotificationsDays: 30 };

describe.each([
  ['SQLite', sqliteHome],
  ['PostgreSQL', postgresHome],
] as const)('what is kept for a time only, on %s', (_name, makeHome) => {
  let home: ControlStoreHome;
  let control: ControlStore;
  const clock = testClock();
  beforeAll(async () => {
    home = await makeHome();
    control = await home.open();
  });
  afterAll(async () => {
    await control.close();
    await home.remove();
  });

  /** A job that ended some days ago, with an event of that day. */
  async function endedJob(organizationId: string, sourceConnectionId: string, daysAgo: number): Promise<JobId> {
    const id = newId<JobId>();
    const at = clock.now() - daysAgo * DAY;
    const ids = { organization_id: organizationId as never, source_connection_id: sourceConnectionId as never };
    const job = {
      id,
      ...ids,
      collection_id: newId(),
      sync_id: newId(),
      state: 'completed',
      trigger_kind: 'manual',
    } as const;
    await control.db
      .insertInto('sync_job')
      .values({ ...job, requested_at: at, completed_at: at } as never)
      .execute();
    const event = {
      job_id: id,
      sequence: 1,
      organization_id: organizationId as never,
      kind: 'state',
      payload: '{}',
      created_at: at,
    };
    await control.db.insertInto('job_event').values(event).execute();
    return id;
  }

  async function notice(organizationId: OrganizationId, daysAgo: number): Promise<void> {
    const project = await control.db
      .selectFrom('project')
      .select('id')
      .where('organization_id', '=', organizationId)
      .executeTakeFirstOrThrow();
    const row = { id: newId<NoticeId>(), organization_id: organizationId, project_id: project.id, kind: 'test' };
    const at = clock.now() - daysAgo * DAY;
    await control.db
      .insertInto('notice')
      .values({ ...row, severity: 'info', facts: String(daysAgo), created_at: at })
      .execute();
  }

  /** A rule that heard of one thing 29 days ago, and of another 31 days ago. */
  async function heard(organization_id: OrganizationId): Promise<void> {
    const { db } = control;
    const found = db
      .selectFrom('connection')
      .select(['id', 'project_id'])
      .where('organization_id', '=', organization_id);
    const { id: connection_id, project_id } = await found.executeTakeFirstOrThrow();
    const environment_id = newId<EnvironmentId>();
    const place = { organization_id, project_id };
    const environment = { id: environment_id, ...place, name: 'production', name_key: 'production', created_at: 0 };
    await db.insertInto('environment').values(environment).execute();
    const rule = { id: newId<NotificationRuleId>(), ...place, name: 'r', name_key: 'r', events: '[]', connection_id };
    const stamps = { created_at: 0, modified_at: 0, created_by_email: null, modified_by_email: null };
    await db
      .insertInto('notification_rule')
      .values({ ...rule, environment_id, source_connections: null, ...stamps })
      .execute();
    for (const daysAgo of [29, 31]) {
      const seen = { fingerprint: 'f', noticed_at: clock.now() - daysAgo * DAY };
      await db
        .insertInto('notification_repeat')
        .values({ rule_id: rule.id, subject_id: String(daysAgo), kind: 'sync.failed', organization_id, ...seen })
        .execute();
    }
  }

  test('goes in batches when it is older than the operator wants, but never the last job of a source connection', async () => {
    const seed = await seedOrganization(control, clock);
    const [one, other] = [await seed.addOrder({}), await seed.addOrder({})];
    for (let day = 91; day < 91 + 1_100; day += 1) await endedJob(seed.organizationId, one, day);
    const young = await endedJob(seed.organizationId, one, 20);
    const fresh = await endedJob(seed.organizationId, one, 3);
    const last = await endedJob(seed.organizationId, other, 1_000);
    for (const daysAgo of [1, 400])
      await control.db
        .insertInto('audit_event')
        .values({
          id: newId(),
          organization_id: seed.organizationId,
          api_key_id: null,
          actor_email: null,
          action: 'collection.created',
          subject_kind: 'collection',
          subject_id: String(daysAgo),
          created_at: clock.now() - daysAgo * DAY,
        })
        .execute();
    for (const daysAgo of [29, 31]) await notice(seed.organizationId, daysAgo);
    await heard(seed.organizationId);
    const never = new AbortController().signal;
    const needs = { control, clock: { ...clock, sleep: () => Promise.resolve() }, log: silentLog };
    const nothing = { keepJobsDays: 0, keepEventsDays: 0, keepAuditDays: 0, keepNotificationsDays: 0 };
    expect(await forgetOld({ ...needs, config: nothing }, never)).toEqual({
      jobs: 0,
      events: 0,
      auditEvents: 0,
      notices: 0,
    });
    expect(await forgetOld({ ...needs, config: keep }, never)).toEqual({
      jobs: 1_100,
      events: 1_102,
      auditEvents: 1,
      notices: 1,
    });
    const jobs = await control.db
      .selectFrom('sync_job')
      .select('id')
      .where('organization_id', '=', seed.organizationId)
      .execute();
    expect(jobs.map(({ id }) => id).toSorted()).toEqual([young, fresh, last].toSorted());
    const events = await control.db.selectFrom('job_event').select('job_id').execute();
    expect(events).toEqual([{ job_id: fresh }]);
    expect(await control.db.selectFrom('audit_event').select('subject_id').execute()).toEqual([{ subject_id: '1' }]);
    expect(await control.db.selectFrom('notice').select('facts').execute()).toEqual([{ facts: '29' }]);
    const repeats = await control.db.selectFrom('notification_repeat').select('subject_id').execute();
    expect(repeats).toEqual([{ subject_id: '29' }]);
  });

  test('is looked at once an hour until the service stops, also after a fault', async () => {
    const stop = new AbortController();
    const waits: number[] = [];
    const warned: string[] = [];
    const log = { ...silentLog, warn: (_fields: unknown, message: string) => void warned.push(message) };
    const broken = { ...control, transaction: () => Promise.reject(new Error('gone')) };
    await keepForgetting(
      {
        control: broken,
        clock: {
          ...clock,
          async sleep(ms) {
            waits.push(ms);
            if (waits.length === 2) stop.abort();
          },
        },
        log,
        config: keep,
      },
      stop.signal,
    );
    expect(waits).toEqual([3_600_000, 3_600_000]);
    expect(warned).toEqual(['old rows could not be deleted', 'old rows could not be deleted']);
  });
});
