import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';

let t: TestService;
const native = (method: string, path: string, body?: unknown, options = {}) =>
  t.api(method, `/tributary/v1${path}`, body, options);

beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

describe('source connections', () => {
  it('tries settings without saving anything', async () => {
    const { key } = await t.newOrganization();
    const body = { shortName: 'stub', config: { entity_count: 2 }, credentials: { stub_key: 'canary-credential' } };
    const checked = await native('POST', '/source-connections/check', body, { key });
    expect(checked.status).toBe(200);
    expect(checked.body.account).toBeTruthy();
    expect(checked.body.streams.length).toBeGreaterThan(0);
    expect(JSON.stringify(checked.body)).not.toContain('canary-credential');
    expect((await t.api('GET', '/source-connections', undefined, { key })).body).toEqual([]);
    const empty = await native('POST', '/source-connections/check', {});
    expect(empty).toMatchObject({ status: 422, body: { error: { message: 'body.shortName: Field required' } } });
    const wrong = await native('POST', '/source-connections/check', { ...body, config: { entity_count: 'x' } });
    expect(wrong).toMatchObject({ status: 422, body: { error: { code: 'invalid_config_fields' } } });
  });

  it('pauses and resumes a schedule, and says what has to be done', async () => {
    const { id } = await t.newStub({ body: { schedule: { cron: '0 4 * * *' } } });
    const path = `/source-connections/${id}`;
    const before = await native('GET', `${path}/status`);
    expect(before.body).toMatchObject({
      id,
      setup: 'ready',
      run: 'idle',
      freshness: 'fresh',
      mode: 'scheduled',
      tasks: [],
    });
    const paused = await native('POST', `${path}/pause`);
    expect(paused.body).toMatchObject({ mode: 'paused', tasks: [{ code: 'resume_schedule' }] });
    for (const face of ['/v1', '']) {
      const run = await t.api('POST', `${face}${path}/run`);
      expect(run).toMatchObject({ status: 409, body: { detail: 'Cannot trigger sync: sync is paused' } });
    }
    const { fix } = paused.body.tasks[0];
    expect((await t.api(fix.method, fix.path)).status).toBe(200);
    expect((await native('GET', `${path}/status`)).body).toMatchObject({ mode: 'scheduled', tasks: [] });
  });

  it('says how fresh the data is while the next job is going on', async () => {
    const { id } = await t.newStub({ config: { entity_count: 3, generation_delay_ms: 200 } });
    await t.api('POST', `/v1/source-connections/${id}/run`);
    const { body } = await native('GET', `/source-connections/${id}/status`);
    expect(body.run).not.toBe('idle');
    expect(body.freshness).toBe('fresh');
    await t.waitForJob(id);
  });

  it('confirms a sweep only when one is held back', async () => {
    const { id } = await t.newStub();
    const answer = await native('POST', `/source-connections/${id}/sweep/confirm`);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'sweep_not_held' } } });
  });

  it('keeps organizations apart', async () => {
    const { id } = await t.newStub();
    const { key } = await t.newOrganization();
    for (const [method, path] of [
      ['GET', 'status'],
      ['POST', 'pause'],
      ['POST', 'resume'],
      ['POST', 'sweep/confirm'],
      ['GET', 'jobs'],
    ] as const) {
      const answer = await native(method, `/source-connections/${id}/${path}`, undefined, { key });
      expect(answer.status, `${method} ${path}`).toBe(404);
    }
  });
});

describe('jobs', () => {
  it('shows every figure of a job', async () => {
    const { id } = await t.newStub({ config: { entity_count: 4 } });
    const { body } = await native('GET', `/source-connections/${id}/jobs`);
    expect(body).toMatchObject([
      {
        sourceConnectionId: id,
        state: 'completed',
        trigger: 'initial',
        attempts: 1,
        counts: { inserted: 5, updated: 0, kept: 0, deleted: 0, failed: 0 },
        error: null,
      },
    ]);
    const path = `/source-connections/${id}/jobs/${body[0].id}`;
    expect((await native('GET', path)).body).toEqual(body[0]);
    expect((await native('GET', `${path}/failures`)).body).toEqual([]);
    expect((await native('GET', `/source-connections/${id}/jobs/${unknownId}`)).status).toBe(404);
  });

  it('streams the events of a job under names', async () => {
    const { id } = await t.newStub();
    const [job] = (await native('GET', `/source-connections/${id}/jobs`)).body;
    const url = `${t.url}/tributary/v1/source-connections/${id}/jobs/${job.id}/events`;
    const text = await (await fetch(url, { headers: { 'x-api-key': t.key } })).text();
    const last = text.split('\n\n').findLast((block) => block.includes('data: '));
    expect(last).toContain('event: state');
    expect(last).toContain('"state":"completed"');
  });
});

describe('search', () => {
  it('filters by fields of the records, in the address and in a body', async () => {
    const collection = await t.newCollection();
    const { id } = await t.newStub({
      collection,
      config: { entity_count: 20, custom_content_prefix: 'zebracrossing' },
    });
    const path = `/collections/${collection}/search`;
    const all = (await native('GET', `${path}?query=zebracrossing&limit=100`)).body;
    expect(all.strategy).toBe('keyword');
    const [first] = all.hits;
    expect(first).toMatchObject({ sourceConnectionId: id, sourceName: 'stub' });
    expect(first.highlights.join(' ')).toContain('<em>');
    const [name, value] = Object.entries(first.fields).find(([, one]) => typeof one === 'string') ?? [];
    const where = encodeURIComponent(`fields.${name}=${JSON.stringify(value)}`);
    const found = (await native('GET', `${path}?query=zebracrossing&where=${where}`)).body.hits;
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(all.hits.length);
    for (const hit of found) expect(hit.fields[name ?? '']).toBe(value);
    const filter = [{ conditions: [{ field: `fields.${name}`, operator: 'equals', value }] }];
    const posted = await native('POST', path, { query: 'zebracrossing', filter, sourceConnectionIds: [id] });
    expect(posted.body.hits).toEqual(found);
    const other = await native('GET', `${path}?query=zebracrossing&sourceConnectionId=${unknownId}`);
    expect(other.body.hits).toEqual([]);
  });
});
