import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWebhook, ruleOf } from '../../../test/harness/notification-rules.ts';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

const path = '/tributary/v1/projects/default/notification-rules';

let t: TestService;
beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

const code = (answer: { readonly body: { readonly error?: { readonly code: string } } }) => answer.body.error?.code;

describe('rules of notifications', () => {
  it('are made with defaults, listed by name, changed and deleted', async () => {
    const hook = await makeWebhook(t);
    const given = { name: 'Zulu', events: ['sync.failed', 'sync.failed'], connection: hook.toUpperCase() };
    const made = await t.api('POST', path, given);
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: made.body.id,
        name: 'Zulu',
        events: ['sync.failed'],
        connection: hook,
        connectionId: expect.any(String),
        environment: 'production',
        enabled: true,
        sourceConnections: null,
        minSeverity: 'info',
        lastSentAt: null,
        lastError: null,
        lastErrorAt: null,
        createdAt: expect.any(String),
        modifiedAt: made.body.createdAt,
        createdByEmail: 'owner@example.com',
        modifiedByEmail: 'owner@example.com',
      },
    ]);
    await t.api('POST', path, ruleOf(hook, { name: 'alpha' }));
    const listed = (await t.api('GET', path)).body.map(({ name }: { name: string }) => name);
    expect(listed).toEqual(['alpha', 'Zulu']);
    const source = await t.newStub();
    const change = { events: ['sweep.held'], sourceConnections: [source.id], minSeverity: 'warning', enabled: false };
    const changed = await t.api('PATCH', `${path}/${made.body.id}`, change);
    expect(changed.body).toMatchObject({ name: 'Zulu', connection: hook, ...change });
    const all = await t.api('PATCH', `${path}/${made.body.id}`, { sourceConnections: null });
    expect(all.body).toMatchObject({ ...change, sourceConnections: null });
    expect((await t.api('DELETE', `${path}/${made.body.id}`)).body).toMatchObject({ id: made.body.id });
    const gone = await t.api('GET', `${path}/${made.body.id}`);
    expect([gone.status, code(gone)]).toEqual([404, 'notification_rule_not_found']);
  });

  it('refuse what the project does not have, and connections that carry nothing, saying which', async () => {
    const hook = await makeWebhook(t);
    await t.api('POST', '/tributary/v1/projects', { name: 'elsewhere' });
    const foreign = await makeWebhook(t, undefined, 'elsewhere');
    await t.newStub({ body: { name: 'Silent source' } });
    const wrong: readonly (readonly [change: object, words: RegExp])[] = [
      [{ connection: 'nowhere' }, /no connection 'nowhere'/],
      [{ connection: foreign }, /no connection 'hook-/],
      [{ environment: 'moon' }, /no environment 'moon'/],
      [{ sourceConnections: ['00000000-0000-4000-8000-000000000000'] }, /no source connection 00000000/],
      [{ connection: 'silent-source' }, /is of the type 'stub', which carries no notifications/],
    ];
    for (const [change, words] of wrong) {
      const answer = await t.api('POST', path, ruleOf(hook, change));
      expect([answer.status, code(answer)]).toEqual([422, 'invalid_notification_rule']);
      expect(answer.body.error.message).toMatch(words);
    }
    for (const change of [
      { events: [] },
      { events: ['sync.done'] },
      { minSeverity: 'loud' },
      { name: ' ' },
      { id: 1 },
    ]) {
      const answer = await t.api('POST', path, ruleOf(hook, change));
      expect([answer.status, code(answer)]).toEqual([422, 'invalid_request']);
    }
    const none = await t.api('POST', path.replace('default', 'nowhere'), ruleOf(hook));
    expect([none.status, code(none)]).toEqual([404, 'project_not_found']);
  });

  it('have names that are unique in the project without regard to case', async () => {
    const hook = await makeWebhook(t);
    await t.api('POST', path, ruleOf(hook, { name: 'Once' }));
    const again = await t.api('POST', path, ruleOf(hook, { name: 'ONCE' }));
    expect([again.status, code(again)]).toEqual([409, 'notification_rule_exists']);
    const other = await t.api('POST', path, ruleOf(hook, { name: 'Twice' }));
    const renamed = await t.api('PATCH', `${path}/${other.body.id}`, { name: 'once' });
    expect([renamed.status, code(renamed)]).toEqual([409, 'notification_rule_exists']);
    expect((await t.api('PATCH', `${path}/${other.body.id}`, { name: 'TWICE' })).body.name).toBe('TWICE');
  });

  it('follow their connection when it is renamed, and go with it when it is deleted', async () => {
    const hook = await makeWebhook(t);
    const { body: rule } = await t.api('POST', path, ruleOf(hook));
    const connection = `/apiops/projects/default/connections/${hook}/`;
    const body = { type: 'webhook', fullUrl: 'http://127.0.0.1:9/', name: `${hook}-renamed` };
    expect((await t.api('PUT', connection, body)).status).toBe(200);
    expect((await t.api('GET', `${path}/${rule.id}`)).body.connection).toBe(`${hook}-renamed`);
    await t.api('DELETE', `/apiops/projects/default/connections/${hook}-renamed/`);
    expect((await t.api('GET', `${path}/${rule.id}`)).status).toBe(404);
  });

  it('are managed by keys that manage connections there, and seen by those that see them', async () => {
    const hook = await makeWebhook(t);
    const { body: rule } = await t.api('POST', path, ruleOf(hook));
    const reader = await t.newKey(['source_connections:read']);
    const blind = await t.newKey(['search:read']);
    expect((await t.api('GET', `${path}/${rule.id}`, undefined, { key: reader })).status).toBe(200);
    for (const [method, end, body] of [
      ['POST', '', ruleOf(hook, { name: 'Forbidden' })],
      ['PATCH', `/${rule.id}`, { enabled: false }],
      ['DELETE', `/${rule.id}`, undefined],
      ['POST', `/${rule.id}/test`, undefined],
    ] as const)
      expect((await t.api(method, `${path}${end}`, body, { key: reader })).status).toBe(403);
    expect((await t.api('GET', path, undefined, { key: blind })).status).toBe(403);
  });

  it('hear of nothing more than a hundred in a project', async () => {
    await t.api('POST', '/tributary/v1/projects', { name: 'full' });
    const hook = await makeWebhook(t, undefined, 'full');
    const full = path.replace('default', 'full');
    for (let count = 0; count < 100; count += 1)
      expect((await t.api('POST', full, ruleOf(hook, { name: `Rule ${count}` }))).status).toBe(201);
    const more = await t.api('POST', full, ruleOf(hook, { name: 'One more' }));
    expect([more.status, code(more)]).toEqual([400, 'too_many_notification_rules']);
  });
});
