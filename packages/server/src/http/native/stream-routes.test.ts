import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

let folder: string;
let t: TestService;
const native = (method: string, path: string, body?: unknown, options = {}) =>
  t.api(method, `/tributary/v1${path}`, body, options);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streams-'));
  t = await startTestService({ TRIBUTARY_FILE_ROOTS: folder });
});
afterAll(async () => {
  await t.stop();
  rmSync(folder, { recursive: true });
});

let databases = 0;

/** A source connection to a fresh SQLite database of two tables. */
async function newShop(body: Readonly<Record<string, unknown>> = {}) {
  const path = join(folder, `shop-${(databases += 1)}.sqlite`);
  const db = new Database(path);
  db.exec(`CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, city TEXT);
    CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer INTEGER, item TEXT);
    INSERT INTO customer VALUES (1, 'ada@example.com', 'London'), (2, 'bob@example.com', 'Rome');
    WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 40)
    INSERT INTO purchase SELECT v, v % 2 + 1, 'item ' || v FROM n;`);
  const made = await t.newStub({ shortName: 'sqlite', config: { path }, body: { authentication: undefined, ...body } });
  const route = `/source-connections/${made.id}`;
  const run = async () => {
    await t.api('POST', `/v1${route}/run`);
    return t.waitForJob(made.id);
  };
  return { db, id: made.id as string, collection: made.readable_collection_id as string, path, route, run };
}

const search = (collection: string, query: string) =>
  native('GET', `/collections/${collection}/search?query=${query}&limit=100`);

describe('the selection', () => {
  it('is everything until it is replaced, as a whole, by whoever has seen the last version', async () => {
    const { route } = await newShop();
    const first = await native('GET', `${route}/selection`);
    expect(first.body).toMatchObject({
      streams: { include: ['*'], exclude: [] },
      fields: [],
      newStreams: 'take',
      newFields: 'take',
      warnings: [],
    });
    const etag = first.headers.get('etag') ?? '';
    const change = { streams: { exclude: ['purchase'] }, newStreams: 'hold' };
    const put = await native('PUT', `${route}/selection`, change, { headers: { 'if-match': etag } });
    expect(put).toMatchObject({ status: 200, body: { streams: { include: ['*'], exclude: ['purchase'] } } });
    const late = await native('PUT', `${route}/selection`, {}, { headers: { 'if-match': etag } });
    expect(late).toMatchObject({ status: 412, body: { error: { code: 'precondition_failed' } } });
    expect((await native('GET', `${route}/selection`)).body).toEqual(put.body);
    await native('PUT', `${route}/selection`, {});
    expect((await native('GET', `${route}/selection`)).body).toMatchObject({
      streams: first.body.streams,
      newStreams: 'take',
    });
  });

  it('drops what is not selected any more with the next sync, without asking', async () => {
    const { route, run, collection, id } = await newShop();
    await native('PUT', `${route}/selection`, { streams: { include: ['cust*'] } });
    expect(await run()).toMatchObject({ status: 'completed', entities_deleted: 40 });
    expect((await native('GET', `${route}/status`)).body.tasks).toEqual([]);
    expect((await search(collection, 'item')).body.hits).toEqual([]);
    const { streams } = (await native('GET', `${route}/schema`)).body;
    expect(streams.map((one: { name: string; selected: boolean }) => [one.name, one.selected])).toEqual([
      ['customer', true],
      ['purchase', false],
    ]);
    expect((await t.api('GET', `/source-connections/${id}`)).body.entities.total_entities).toBe(2);
  });

  it.each([
    [{ streams: { include: ['customers'] } }, 'unknown_stream', 'customer, purchase'],
    [{ fields: [{ stream: 'people', path: 'email', action: 'drop' }] }, 'unknown_stream', 'customer, purchase'],
    [{ fields: [{ stream: 'customer', path: 'mail', action: 'drop' }] }, 'unknown_field', 'id, email, city'],
    [{ fields: [{ stream: '*', path: 'mail', action: 'drop' }] }, 'unknown_field', 'email'],
    [{ fields: [{ stream: '*', path: 'id', action: 'mask' }] }, 'key_field_protected', 'hash'],
    [{ streams: { exclude: ['*'] } }, 'invalid_selection', 'none of the streams'],
    [{ fields: [1, 2].map(() => ({ stream: '*', path: 'email', action: 'drop' })) }, 'invalid_selection', 'two rules'],
    [{ fields: [{ stream: '*', path: 'email', action: 'hash', keep: 2 }] }, 'invalid_request', 'keep'],
    [{ fields: [{ stream: '*', path: 'a..b', action: 'hash' }] }, 'invalid_request', 'dots'],
    [{ stream: {} }, 'invalid_request', 'stream'],
  ])('is refused as %j, and says what there is', async (selection, code, words) => {
    const { route } = await newShop();
    const answer = await native('PUT', `${route}/selection`, selection);
    expect(answer).toMatchObject({ status: 422, body: { error: { code } } });
    expect(JSON.stringify(answer.body)).toContain(words);
  });

  it('may have patterns that fit nothing, with a warning, and names that the source has by now', async () => {
    const { db, route } = await newShop();
    const odd = await native('PUT', `${route}/selection`, { streams: { exclude: ['log_*'] } });
    expect(odd).toMatchObject({ status: 200, body: { warnings: ['No stream fits log_*.'] } });
    db.exec('CREATE TABLE log_1 (id INTEGER PRIMARY KEY)');
    const known = await native('PUT', `${route}/selection`, { streams: { exclude: ['log_1'] } });
    expect(known).toMatchObject({ status: 200, body: { warnings: [] } });
  });
});

describe('field rules', () => {
  it('read a stream anew by themselves, and equal values stay equal in all of an organization', async () => {
    const [one, other] = [await newShop(), await newShop()];
    const fields = [
      { stream: 'customer', path: 'email', action: 'hash' },
      { stream: '*', path: 'item', action: 'mask', keep: 1 },
    ];
    const hits = [];
    for (const { route, run, collection } of [one, other]) {
      await native('PUT', `${route}/selection`, { fields });
      expect(await run()).toMatchObject({ entities_updated: 42, entities_deleted: 0 });
      expect(await run()).toMatchObject({ entities_updated: 0 });
      hits.push((await search(collection, 'London')).body.hits[0].fields);
      expect((await search(collection, 'ada')).body.hits).toEqual([]);
    }
    expect(hits[0].email).toMatch(/^[0-9a-f]{64}$/);
    expect(hits[0]).toEqual(hits[1]);
  });

  it('hash a key field, so that neither the key nor the cursor shows it', async () => {
    const { db, route, run, collection } = await newShop({ schedule: { cron: null, cursor_field: 'email' } });
    db.exec(
      "CREATE TABLE card (number TEXT PRIMARY KEY, email TEXT); INSERT INTO card VALUES ('4111', 'ada@example.com')",
    );
    await native('PUT', `${route}/selection`, { fields: [{ stream: 'card', path: 'number', action: 'hash' }] });
    await run();
    const stored = await t.api('GET', `/v1${route}`);
    expect(JSON.stringify(stored.body.schedule)).not.toContain('4111');
    const found = (await search(collection, 'ada')).body.hits.find((hit: { stream: string }) => hit.stream === 'card');
    expect(found.key).toBe(found.fields.number);
    expect(JSON.stringify(found)).not.toContain('4111');
  });
});

describe('G4-17 a source that changes', () => {
  it('G4-17 has its new streams and fields held until they are accepted', async () => {
    const { db, route, run } = await newShop();
    await native('PUT', `${route}/selection`, { newStreams: 'hold', newFields: 'hold' });
    expect(await native('POST', `${route}/schema/accept`)).toMatchObject({
      status: 409,
      body: { error: { code: 'schema_not_held' } },
    });
    db.exec(`ALTER TABLE customer ADD COLUMN diagnosis TEXT; UPDATE customer SET diagnosis = 'flu';
      CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'x')`);
    const job = await run();
    expect(job).toMatchObject({ status: 'completed', entities_inserted: 0, entities_updated: 0 });
    const { tasks } = (await native('GET', `${route}/status`)).body;
    expect(tasks).toMatchObject([
      { code: 'schema_change_held', message: expect.stringContaining('diagnosis of customer; the stream note') },
    ]);
    const schema = (await native('GET', `${route}/schema`)).body;
    expect(schema.changes.toReversed()).toMatchObject([
      { jobId: job.id, stream: 'customer', kind: 'field_added', field: 'diagnosis', after: 'string', action: 'held' },
      { jobId: job.id, stream: 'note', kind: 'stream_added', action: 'held' },
    ]);
    expect(schema.streams).toMatchObject([
      { name: 'customer', state: 'read', fields: [{}, {}, {}, { name: 'diagnosis', held: true }], primaryKey: ['id'] },
      { name: 'note', state: 'held' },
      { name: 'purchase', state: 'read' },
    ]);
    const partly = await native('POST', `${route}/schema/accept`, { streams: ['note'] });
    expect(partly.body.streams).toMatchObject([{ state: 'read' }, { name: 'note', state: 'read' }, {}]);
    const traces = '/tributary/v1/audit-events?action=source_connection.schema_accepted';
    expect((await t.api('GET', traces)).body.items).toHaveLength(1);
    const { fix } = (await native('GET', `${route}/status`)).body.tasks[0];
    expect((await t.api(fix.method, fix.path)).status).toBe(200);
    expect((await native('GET', `${route}/status`)).body.tasks).toEqual([]);
    expect(await run()).toMatchObject({ entities_inserted: 1, entities_updated: 2 });
  });

  it('G4-17 ends the job with the reason where the selection says so', async () => {
    const { db, route, run } = await newShop();
    await native('PUT', `${route}/selection`, { newStreams: 'fail' });
    db.exec('CREATE TABLE note (id INTEGER PRIMARY KEY)');
    const { error } = await run();
    expect(error).toContain('the new stream note');
    const [job] = (await native('GET', `${route}/jobs`)).body;
    expect(job.error.code).toBe('schema_changed');
    const codes = (await native('GET', `${route}/status`)).body.tasks.map((task: { code: string }) => task.code);
    expect(codes).toContain('schema_change_held');
    await native('POST', `${route}/schema/accept`);
    expect(await run()).toMatchObject({ status: 'completed' });
  });
});

describe('a preview', () => {
  const fields = [{ stream: 'customer', path: 'email', action: 'mask' }];
  const streamsOf = (answer: { body: { streams: { name: string }[] } }) => answer.body.streams.map(({ name }) => name);

  it('shows up to ten records of each stream as they would be stored, before anything is saved', async () => {
    const { path } = await newShop();
    const { key } = await t.newOrganization();
    const body = { shortName: 'sqlite', config: { path }, selection: { fields } };
    const { status, body: shown } = await native('POST', '/source-connections/preview', body, { key });
    expect(status).toBe(200);
    expect(shown.streams).toMatchObject([
      {
        name: 'customer',
        outcome: 'read',
        failures: [],
        records: [{ key: '1', fields: { id: 1, email: '***@example.com' } }, {}],
      },
      { name: 'purchase', outcome: 'read' },
    ]);
    expect(shown.streams[1].records).toHaveLength(10);
    expect(shown.streams[0].records[0].text).toContain('city: London');
    expect(JSON.stringify(shown)).not.toContain('ada@');
    expect((await t.api('GET', '/source-connections', undefined, { key })).body).toEqual([]);
  });

  it('tries another selection on what is there, and leaves the stored one as it is', async () => {
    const { route } = await newShop();
    await native('PUT', `${route}/selection`, { streams: { exclude: ['purchase'] } });
    expect(streamsOf(await native('GET', `${route}/preview`))).toEqual(['customer']);
    const tried = await native('POST', `${route}/preview`, { selection: { fields } });
    expect(streamsOf(tried)).toEqual(['customer', 'purchase']);
    expect(JSON.stringify(tried.body)).not.toContain('ada@');
    expect((await native('GET', `${route}/selection`)).body).toMatchObject({ fields: [] });
    const keyed = await native('POST', `${route}/preview`, {
      selection: { fields: [{ stream: 'customer', path: 'id', action: 'drop' }] },
    });
    expect(keyed.body.streams).toMatchObject([{ outcome: 'failed', records: [] }, { outcome: 'read' }]);
  });

  it('goes by the same rules as a check', async () => {
    const refused = await native('POST', '/source-connections/preview', {
      shortName: 'sqlite',
      config: { path: '/etc/x' },
    });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'host_access_refused' } } });
    const wrong = await native('POST', '/source-connections/preview', { shortName: 'sqlite', config: { pfad: 'x' } });
    expect(wrong).toMatchObject({ status: 422, body: { error: { code: 'invalid_config_fields' } } });
  });
});
