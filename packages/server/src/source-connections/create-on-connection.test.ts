import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';

describe('a source connection on a connection that is there already', () => {
  let folder: string;
  let t: TestService;
  let first: { readonly id: string };

  const create = (body: object) => t.api('POST', '/tributary/v1/source-connections', body);
  const found = async (collection: string) =>
    (await t.api('GET', `/tributary/v1/collections/${collection}/search?query=harbour`)).body.hits.length;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-shared-'));
    const path = join(folder, 'ships.sqlite');
    const file = new Database(path);
    file.exec(`create table ship (id integer primary key, name text);
      create table port (id integer primary key, name text);
      insert into ship values (1, 'harbour seal'), (2, 'harbour porpoise');
      insert into port values (1, 'inner harbour');`);
    file.close();
    t = await startTestService({ TRIBUTARY_FILE_ROOTS: folder });
    first = await t.newStub({
      shortName: 'sqlite',
      config: { path },
      body: { name: 'Ships of ours', authentication: undefined },
    });
  });
  afterAll(async () => {
    await t.stop();
    rmSync(folder, { recursive: true });
  });

  it('reads with its settings, by its name in any case, and with read options of its own', async () => {
    const collection = await t.newCollection();
    const made = await create({ connection: 'Ships-of-OURS', collection, options: { tables: ['ship'] } });
    expect(made).toMatchObject({ status: 200, body: { setup: 'ready' } });
    expect(await t.waitForJob(made.body.id)).toMatchObject({ status: 'completed' });
    expect(await found(collection)).toBe(2);
    const shown = await t.api('GET', `/v1/source-connections/${made.body.id}`);
    expect(shown.body).toMatchObject({ name: 'ships-of-ours', short_name: 'sqlite', config: { tables: ['ship'] } });
  });

  it('lets the other go and keeps on reading', async () => {
    const collection = await t.newCollection();
    const { body } = await create({ connection: 'ships-of-ours', collection, syncImmediately: false });
    expect((await t.api('DELETE', `/v1/source-connections/${first.id}`)).status).toBe(200);
    expect((await t.api('POST', `/v1/source-connections/${body.id}/run`)).status).toBe(200);
    expect(await t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
    expect(await found(collection)).toBe(3);
  });

  it('is refused without a connection of that name, and leaves nothing', async () => {
    const collection = await t.newCollection();
    const refused = await create({ connection: 'nobody', collection });
    expect(refused).toMatchObject({ status: 404, body: { error: { code: 'connection_not_found' } } });
    const elsewhere = await create({ project: 'nowhere', connection: 'ships-of-ours', collection });
    expect(elsewhere).toMatchObject({ status: 404, body: { error: { code: 'project_not_found' } } });
    const unknown = await create({ connection: 'ships-of-ours', collection: 'no-such-collection' });
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'collection_not_found' } } });
    expect((await t.api('GET', `/v1/source-connections?collection=${collection}`)).body).toEqual([]);
  });

  it('is refused on a database that no source reads', async () => {
    const control = new Database(join(t.dataDir, 'control.sqlite'));
    const columns = (control.pragma('table_info(connection)') as { name: string }[]).map(({ name }) => name);
    const shown = columns.map((name) => {
      if (name === 'id') return `'${randomUUID()}'`;
      if (name === 'handle' || name === 'handle_key') return `'warehouse'`;
      if (name.startsWith('connector')) return `'database'`;
      return name === 'endpoint' ? `'{"dbType":"SQL_SERVER"}'` : name;
    });
    control.exec(`INSERT INTO connection (${columns.join()}) SELECT ${shown.join()} FROM connection LIMIT 1`);
    control.close();
    const collection = await t.newCollection();
    const refused = await create({ connection: 'warehouse', collection });
    expect(refused.body).toMatchObject({ error: { code: 'connection_not_readable' } });
    expect((await t.api('GET', '/v1/sources/database')).status).toBe(404);
    const sources = (await t.api('GET', '/v1/sources')).body as { readonly short_name: string }[];
    expect(sources.map((source) => source.short_name)).toEqual(expect.arrayContaining(['ftp', 'ldap', 'postgres']));
    expect(sources.map((source) => source.short_name)).not.toContain('database');
  });

  it('does not move the connection for everybody by a read option', async () => {
    const collection = await t.newCollection();
    const options = { path: join(folder, 'other.sqlite') };
    const refused = await create({ connection: 'ships-of-ours', collection, options });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('change it there');
  });
});
