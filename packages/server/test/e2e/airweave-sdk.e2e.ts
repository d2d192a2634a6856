import { AirweaveSDKClient } from '@airweave/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startTestService, type TestService } from '../harness/service.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let t: TestService;
let client: AirweaveSDKClient;

beforeAll(async () => {
  t = await startTestService();
  client = new AirweaveSDKClient({ apiKey: t.key, baseUrl: t.url });
});
afterAll(() => t.stop());

function ended(id: string) {
  return eventually(`the newest job of ${id}`, async () => {
    const [job] = await client.sourceConnections.getSourceConnectionJobs(id, { limit: 1 });
    return job && ['completed', 'failed', 'cancelled'].includes(job.status) ? job : undefined;
  });
}

describe('the published client', () => {
  it('lists sources and shows what one asks for', async () => {
    const sources = await client.sources.list();
    expect(sources.map((source) => source.short_name)).toContain('stub');
    const source = await client.sources.get('stub');
    expect(source.auth_fields?.fields.map((field) => field.name)).toEqual(['stub_key']);
    expect(source.config_fields.fields.map((field) => field.name)).toContain('entity_count');
  });

  it('creates, lists, shows and deletes collections', async () => {
    const made = await client.collections.create({ name: 'From the client' });
    expect(made.readable_id).toMatch(/^from-the-client-[a-z0-9]{6}$/);
    const found = await client.collections.list({ search: 'from the client', limit: 10, skip: 0 });
    expect(found.map((collection) => collection.readable_id)).toEqual([made.readable_id]);
    expect(await client.collections.get(made.readable_id)).toEqual(made);
    await client.collections.delete(made.readable_id);
    await expect(client.collections.get(made.readable_id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('creates, shows, changes, runs, searches and deletes a source connection', async () => {
    const { readable_id: collection } = await client.collections.create({ name: 'Whole way' });
    const made = await client.sourceConnections.create({
      name: 'My stub',
      short_name: 'stub',
      readable_collection_id: collection,
      config: { entity_count: 8, custom_content_prefix: 'zebracrossing' },
      authentication: { credentials: { stub_key: 'key' } },
    });
    expect(made).toMatchObject({ name: 'My stub', auth: { method: 'direct', authenticated: true } });
    expect(made.id).toMatch(uuid);
    expect(await ended(made.id)).toMatchObject({ status: 'completed', entities_inserted: 9 });

    const listed = await client.sourceConnections.list({ collection });
    expect(listed).toMatchObject([{ id: made.id, status: 'active', entity_count: 9 }]);
    const shown = await client.sourceConnections.get(made.id);
    expect(shown).toMatchObject({ status: 'active', entities: { total_entities: 9 }, sync: { total_runs: 1 } });

    const changed = await client.sourceConnections.update(made.id, {
      name: 'Renamed stub',
      description: 'Words',
      schedule: { cron: '0 4 * * *' },
    });
    expect(changed).toMatchObject({ name: 'Renamed stub', description: 'Words', schedule: { cron: '0 4 * * *' } });

    const job = await client.sourceConnections.run(made.id, { force_full_sync: true });
    expect(job.source_connection_id).toBe(made.id);
    expect(await ended(made.id)).toMatchObject({ id: job.id, status: 'completed', entities_inserted: 0 });
    expect(await client.sourceConnections.getSourceConnectionJobs(made.id)).toHaveLength(2);

    const posted = await client.collections.search(collection, { query: 'zebracrossing', limit: 3 });
    expect(posted.results).toHaveLength(3);
    const got = await client.collections.searchGetLegacy(collection, {
      query: 'zebracrossing',
      response_type: 'raw',
      limit: 3,
    });
    expect(got).toMatchObject({ response_type: 'raw', status: 'success', results: posted.results });

    const started = await client.collections.refreshAllSourceConnections(collection);
    expect(started.map((one) => one.source_connection_id)).toEqual([made.id]);
    await ended(made.id);

    expect((await client.sourceConnections.delete(made.id)).id).toBe(made.id);
    await expect(client.sourceConnections.get(made.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('cancels a running job', async () => {
    const { readable_id: collection } = await client.collections.create({ name: 'Slow one' });
    const { id } = await client.sourceConnections.create({
      short_name: 'timed',
      readable_collection_id: collection,
      config: { entity_count: 100, duration_seconds: 120 },
      authentication: { credentials: { timed_key: 'key' } },
    });
    const running = await eventually('a running job', async () => {
      const [job] = await client.sourceConnections.getSourceConnectionJobs(id);
      return job?.status === 'running' ? job : undefined;
    });
    await expect(client.sourceConnections.run(id)).rejects.toMatchObject({ statusCode: 400 });
    const cancelled = await client.sourceConnections.cancelJob(id, running.id);
    expect(['cancelling', 'cancelled']).toContain(cancelled.status);
    expect((await ended(id)).status).toBe('cancelled');
  });

  it('throws its own error for fields that do not fit', async () => {
    const wrong = client.sourceConnections.create({ name: 'abc', short_name: 'stub', readable_collection_id: 'none' });
    await expect(wrong).rejects.toMatchObject({ statusCode: 422, body: { detail: [{ loc: ['body', 'name'] }] } });
  });
});
