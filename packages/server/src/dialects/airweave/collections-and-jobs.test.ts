import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/harness/eventually.ts';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';

let t: TestService;

beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

/** The data of every event until the stream ends. */
async function readEvents(path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${t.url}${path}`, { headers: { 'x-api-key': t.key, ...headers } });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const blocks = (await response.text()).split('\n\n').filter((block) => block.includes('data: '));
  return blocks.map((block) => ({
    id: /^id: (.*)$/m.exec(block)?.[1],
    data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'),
  }));
}

function newTimed(): Promise<{ id: string }> {
  return t.newStub({
    shortName: 'timed',
    config: { entity_count: 200, duration_seconds: 60 },
    credentials: { timed_key: 'k' },
    wait: false,
  });
}

describe.each([
  ['/v1', 409],
  ['', 400],
])('under "%s"', (face, conflict) => {
  it('shows sources, and one by its short name', async () => {
    const list = (await t.api('GET', `${face}/sources`)).body;
    expect(list.map((source: { short_name: string }) => source.short_name)).toContain('stub');
    const one = await t.api('GET', `${face}/sources/stub`);
    expect(one.body).toEqual(list.find((source: { short_name: string }) => source.short_name === 'stub'));
    expect(await t.api('GET', `${face}/sources/none`)).toMatchObject({
      status: 404,
      body: { detail: "Source 'none' not found" },
    });
  });

  it('creates, shows, changes, counts and deletes a collection', async () => {
    const { key } = await t.newOrganization();
    const api = (method: string, path: string, body?: unknown) => t.api(method, `${face}${path}`, body, { key });
    const made = await api('POST', '/collections', { name: 'A-B Test' });
    expect(made.status).toBe(200);
    expect(made.body.readable_id).toMatch(/^ab-test-[a-z0-9]{6}$/);
    expect(made.body).toMatchObject({ status: 'NEEDS SOURCE', source_connection_summaries: [] });
    const path = `/collections/${made.body.readable_id}`;
    expect((await api('GET', path)).body).toEqual(made.body);
    expect((await api('PATCH', path, { name: 'Renamed' })).body.name).toBe('Renamed');
    expect((await api('PATCH', path, { name: 'abc' })).status).toBe(422);
    expect((await api('GET', '/collections/count')).body).toBe(1);
    expect((await api('GET', '/collections/count?search=nothing')).body).toBe(0);
    const twice = await api('POST', '/collections', { name: 'Again', readable_id: made.body.readable_id });
    expect(twice.status).toBe(conflict);
    expect((await api('POST', '/collections', { name: 'Again', readable_id: 'Not Allowed' })).status).toBe(422);
    expect((await t.api('GET', `${face}${path}`)).status).toBe(404);
    expect((await api('DELETE', path)).body.readable_id).toBe(made.body.readable_id);
    expect(await api('GET', path)).toMatchObject({ status: 404, body: { detail: 'Collection not found' } });
  });

  it('pages through a list by offset or by the link to the next page', async () => {
    const { key } = await t.newOrganization();
    for (const name of ['Number 1', 'Number 2', 'Number 3']) {
      await t.api('POST', `${face}/collections`, { name }, { key });
    }
    const names: string[] = [];
    let path: string | undefined = `${face}/collections?limit=2`;
    while (path !== undefined) {
      const page = await t.api('GET', path, undefined, { key });
      names.push(...page.body.map((collection: { name: string }) => collection.name));
      const link = /^<(.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      path = link && `${face}/collections${link}`;
    }
    expect(names).toEqual(['Number 3', 'Number 2', 'Number 1']);
    const second = await t.api('GET', `${face}/collections?skip=1&limit=1`, undefined, { key });
    expect(second.body).toMatchObject([{ name: 'Number 2' }]);
    expect((await t.api('GET', `${face}/collections?limit=0`, undefined, { key })).status).toBe(422);
    expect((await t.api('GET', `${face}/collections?cursor=made-up`, undefined, { key })).status).toBe(422);
  });

  it('lists source connections, also of one collection', async () => {
    const collection = await t.newCollection();
    const made = await t.newStub({ collection });
    const { body } = await t.api('GET', `${face}/source-connections?collection=${collection}`);
    expect(body).toMatchObject([
      {
        id: made.id,
        short_name: 'stub',
        readable_collection_id: collection,
        is_authenticated: true,
        auth_method: 'direct',
        entity_count: 6,
        status: face === '/v1' ? 'ACTIVE' : 'active',
      },
    ]);
    expect((await t.api('GET', `${face}/source-connections?collection=none`)).body).toEqual([]);
    const [summary] = (await t.api('GET', `${face}/collections/${collection}`)).body.source_connection_summaries;
    expect(summary).toEqual({ short_name: 'stub', name: 'Stub Connection' });
  });

  it('refuses a run while one is going, cancels it, and refuses to cancel it twice', async () => {
    const { id } = await newTimed();
    const path = `${face}/source-connections/${id}`;
    const running = await eventually('a running job', async () => {
      const [job] = (await t.api('GET', `${path}/jobs`)).body;
      return job.status === 'running' ? job : undefined;
    });
    const twice = await t.api('POST', `${path}/run`);
    expect(twice.status).toBe(conflict);
    expect(twice.body.detail).toBe('Cannot start new sync: a sync job is already running');
    expect((await t.api('GET', path)).body.status).toBe(face === '/v1' ? 'SYNCING' : 'syncing');
    const cancelled = await t.api('POST', `${path}/jobs/${running.id}/cancel`);
    expect(cancelled.status).toBe(200);
    expect(['cancelling', 'cancelled']).toContain(cancelled.body.status);
    expect(await t.waitForJob(id)).toMatchObject({ id: running.id, status: 'cancelled' });
    const again = await t.api('POST', `${path}/jobs/${running.id}/cancel`);
    expect(again.status).toBe(conflict);
    expect(again.body.detail).toBe('Cannot cancel job in cancelled state');
    const legacy = await t.api('PUT', path, {});
    expect(legacy.body.latest_sync_job_status).toBe(face === '/v1' ? 'failed' : 'cancelled');
    await t.api('DELETE', path);
  });

  it('shows a job of its own source connection only', async () => {
    const [first, second] = [await t.newStub(), await t.newStub()];
    const [job] = (await t.api('GET', `${face}/source-connections/${first.id}/jobs?limit=1`)).body;
    const own = await t.api('GET', `${face}/source-connections/${first.id}/jobs/${job.id}`);
    expect(own.body).toEqual(job);
    expect((await t.api('GET', `${face}/source-connections/${second.id}/jobs/${job.id}`)).status).toBe(404);
    expect((await t.api('POST', `${face}/source-connections/${second.id}/jobs/${job.id}/cancel`)).status).toBe(404);
    expect((await t.api('GET', `${face}/source-connections/${unknownId}/jobs`)).status).toBe(404);
  });

  it('starts every source connection of a collection', async () => {
    const collection = await t.newCollection();
    const made = [await t.newStub({ collection }), await t.newStub({ collection })];
    const { status, body } = await t.api('POST', `${face}/collections/${collection}/refresh_all`);
    expect(status).toBe(200);
    const started = body.map((job: { source_connection_id: string }) => job.source_connection_id);
    expect(new Set(started)).toEqual(new Set(made.map((source) => source.id)));
    for (const source of made) await t.waitForJob(source.id);
  });

  it('streams the progress of a job, and goes on behind the event that a reader saw last', async () => {
    const { id } = await t.newStub({ config: { entity_count: 30 } });
    const [job] = (await t.api('GET', `${face}/source-connections/${id}/jobs`)).body;
    const path = `${face}/sync/job/${job.id}/subscribe`;
    const events = await readEvents(path);
    expect(events[0]?.data).toEqual({ type: 'connected', job_id: job.id });
    expect(events.at(-1)?.data).toMatchObject({
      status: 'completed',
      inserted: 31,
      updated: 0,
      deleted: 0,
      skipped: 0,
    });
    const ids = events.slice(1).map((event) => Number(event.id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    const seen = String(ids.at(-2));
    const rest = [{ data: { type: 'connected' } }, { id: String(ids.at(-1)) }];
    expect(await readEvents(path, { 'last-event-id': seen })).toMatchObject(rest);
    expect(await readEvents(`${path}?last_event_id=${seen}`)).toMatchObject(rest);
    const state = await readEvents(`${path}-state`);
    // Cut off between the two events of the end, a reader comes back with the id before them and gets both.
    expect(state.slice(-2).map((event) => event.id)).toEqual([undefined, String(ids.at(-1))]);
    expect(state.at(-1)?.data).toMatchObject({ type: 'sync_complete', is_complete: true, is_failed: false });
    expect(state.at(-2)?.data).toMatchObject({ type: 'entity_state', job_id: job.id, job_status: 'completed' });
    expect((await t.api('GET', `${face}/sync/job/${unknownId}/subscribe`)).status).toBe(404);
    const { key } = await t.newOrganization();
    expect((await t.api('GET', path, undefined, { key })).status).toBe(404);
  });

  it('deletes a source connection with all that it read, and gives it back', async () => {
    const collection = await t.newCollection();
    const { id } = await t.newStub({ collection });
    const gone = await t.api('DELETE', `${face}/source-connections/${id}`);
    expect(gone).toMatchObject({ status: 200, body: { id } });
    expect((await t.api('GET', `${face}/source-connections/${id}`)).status).toBe(404);
    const search = await t.api('POST', `${face}/collections/${collection}/search/instant`, { query: 'stub' });
    expect(search.body.results).toEqual([]);
  });

  it('answers a path without a route in its own words', async () => {
    const { status, body } = await t.api('GET', `${face}/no-such-noun`);
    expect(status).toBe(404);
    expect(body.detail).toContain('/no-such-noun');
  });
});
