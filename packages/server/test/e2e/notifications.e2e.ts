import { rm } from 'node:fs/promises';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startHookReceiver, type HookReceiver } from '../harness/hook-receiver.ts';
import { startMailbox, type Mailbox } from '../harness/mailbox.ts';
import { makeWebhook, ruleOf } from '../harness/notification-rules.ts';
import { startTestService, type TestService } from '../harness/service.ts';

const project = '/tributary/v1/projects/default';
const rules = `${project}/notification-rules`;

describe.each(['sqlite', 'postgres'] as const)('notifications with the control store on %s', (store) => {
  let postgres: RunningPostgres | undefined;
  let t: TestService;
  let hook: HookReceiver;
  let mailbox: Mailbox;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tributary-notified-')));
  const path = join(folder, 'source.sqlite');

  beforeAll(async () => {
    if (store === 'postgres') postgres = await startPostgres();
    const databaseUrl = postgres ? { DATABASE_URL: await postgres.createDatabase('control') } : {};
    hook = await startHookReceiver();
    mailbox = await startMailbox();
    t = await startTestService({
      ...databaseUrl,
      TRIBUTARY_FILE_ROOTS: folder,
      TRIBUTARY_PUBLIC_URL: 'https://tributary.example.com',
    });
  });
  afterAll(async () => {
    await t.stop();
    await mailbox.stop();
    await hook.stop();
    await postgres?.stop();
    await rm(folder, { recursive: true });
  });

  type Told = { readonly id: string; readonly kind: string; readonly title: string; readonly text: string };
  const told = (kind: string) => hook.seen.map(({ body }) => body as Told).filter((notice) => notice?.kind === kind);
  const toldOnce = async (kind: string): Promise<Told> => {
    const first = await eventually(`a notice of ${kind}`, async () => told(kind)[0]);
    expect(told(kind)).toHaveLength(1);
    return first;
  };
  const run = async (id: string) => {
    expect((await t.api('POST', `/v1/source-connections/${id}/run`)).status).toBe(200);
    return t.waitForJob(id);
  };
  const change = (statement: string) => {
    const database = new Database(path);
    database.exec(statement);
    database.close();
  };

  it('go out by a webhook and a mail: a changed schema, a held sweep, a failed sync, a lost credential, each once', async () => {
    const connection = await makeWebhook(t, `${hook.url}/told`);
    const { body: rule } = await t.api('POST', rules, ruleOf(connection));
    const mail = { type: 'email', host: '127.0.0.1', port: mailbox.port, from: 'tributary@example.com' };
    const made = await t.api('POST', '/apiops/projects/default/connections/office-mail/', {
      ...mail,
      addressToTest: 'ada@example.com',
    });
    expect([made.status, made.body]).toMatchObject([200, { success: true }]);
    const byMail = ruleOf('office-mail', { events: ['sync.failed'], minSeverity: 'error' });
    const { body: mailRule } = await t.api('POST', rules, byMail);

    const tested = await t.api('POST', `${rules}/${mailRule.id}/test`);
    expect(tested.body).toMatchObject({ outcome: 'sent', message: 'The far end has taken it.' });
    expect(mailbox.mails[0]).toMatch(/Subject: Test of the notification rule/);

    change(`create table customer (id integer primary key, name text);
      with recursive number (n) as (select 1 union all select n + 1 from number where n < 100)
      insert into customer select n, 'Customer ' || n from number`);
    const source = await t.newStub({
      shortName: 'sqlite',
      config: { path },
      body: { name: 'Customers', authentication: undefined },
    });
    change('alter table customer add column town text');
    await run(source.id);
    expect(await toldOnce('schema.changed')).toMatchObject({ title: 'The schema of Customers has changed' });

    change('delete from customer where id > 10');
    await run(source.id);
    const held = await toldOnce('sweep.held');
    expect(held.text).toContain('- customer: 90 of 100 records');
    expect(held.text).toContain(`sweep/confirm`);

    await rm(path);
    expect((await run(source.id)).status).toBe('failed');
    const failed = await toldOnce('sync.failed');
    expect(failed.text).toContain(`https://tributary.example.com/tributary/v1/source-connections/${source.id}/status`);
    const arrived = await eventually('the mail', async () => mailbox.mails[1]);
    expect(arrived).toMatch(/Subject: The sync of Customers failed/);
    expect(arrived).toContain(failed.id);

    await t.newStub({
      shortName: 'exception_stub',
      config: { exception_type: 'token_credentials_invalid', trigger_after: 0 },
      body: { name: 'Refused' },
    });
    expect((await toldOnce('credential.needs_renewal')).text).toMatch(/needs|is not accepted any more/);
    expect(told('sync.failed')).toHaveLength(1);

    await eventually('the state of the last', async () =>
      (await t.api('GET', `${project}/notifications?state=waiting`)).body.items.length === 0 ? true : undefined,
    );
    const history = (await t.api('GET', `${project}/notifications?rule=${rule.id}&limit=2`)).body;
    const older = (await t.api('GET', `${project}/notifications?rule=${rule.id}&after=${history.next}`)).body;
    expect([...history.items, ...older.items].map(({ kind, state, attempts }) => [kind, state, attempts])).toEqual([
      ['credential.needs_renewal', 'sent', 1],
      ['sync.failed', 'sent', 1],
      ['sweep.held', 'sent', 1],
      ['schema.changed', 'sent', 1],
    ]);
    expect(older.next).toBeNull();
    expect((await t.api('GET', `${rules}/${rule.id}`)).body).toMatchObject({ lastSentAt: expect.any(String) });
  });

  it('say in the rule and in the metrics when the far end does not take them', async () => {
    hook.status = 500;
    const connection = await makeWebhook(t, `${hook.url}/broken`);
    const { body: rule } = await t.api('POST', rules, ruleOf(connection, { enabled: false }));
    const { body: tested } = await t.api('POST', `${rules}/${rule.id}/test`);
    hook.status = 200;
    expect(tested.outcome).toBe('failed');
    expect(tested.message).toMatch(/500/);
    expect((await t.api('GET', `${rules}/${rule.id}`)).body).toMatchObject({
      lastSentAt: null,
      lastError: tested.message,
    });
    const metrics = (await t.api('GET', '/metrics')).body as string;
    expect(metrics).toMatch(/tributary_notification_deliveries_total\{outcome="failed"\} [1-9]/);
    expect(metrics).toMatch(/tributary_notification_deliveries_total\{outcome="sent"\} [1-9]/);
  });

  it('wait with a reason while the connection is off, and go out once it is on again', async () => {
    const connection = await makeWebhook(t, `${hook.url}/late`);
    const address = `/apiops/projects/default/connections/${connection}/`;
    const settings = { type: 'webhook', fullUrl: `${hook.url}/late`, name: connection };
    const { body: rule } = await t.api('POST', rules, ruleOf(connection, { events: ['sync.failed'] }));
    await t.api('PUT', address, { ...settings, enabled: false });
    const config = { exception_type: 'token_provider_config_error', trigger_after: 0 };
    await t.newStub({ shortName: 'exception_stub', config, body: { name: 'Misconfigured' } });
    const waiting = await eventually('a reason', async () => {
      const { body } = await t.api('GET', `${project}/notifications?rule=${rule.id}`);
      return body.items[0]?.reason ? body.items[0] : undefined;
    });
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 0, reason: expect.stringMatching(/off|disabled/) });
    await t.api('PUT', address, { ...settings, enabled: true });
    await eventually('the notice', async () => hook.seen.find(({ url }) => url === '/late'));
  });
});
