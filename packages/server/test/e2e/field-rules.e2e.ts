import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';

/** In every value that a rule takes away; four digits more tell where. */
const CANARY = 'kanarienvogel';

let postgres: RunningPostgres;
let client: pg.Client;
let url: URL;

beforeAll(async () => {
  postgres = await startPostgres();
  url = new URL(await postgres.createDatabase('crm'));
  client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`
    create table person (
      email text primary key, phone text not null, notes text, address jsonb, changed_at timestamptz not null default now());
    insert into person select '${CANARY}1' || n || '@example.com', '${CANARY} 0171 ' || 1000 + n, '${CANARY}2' || n,
      jsonb_build_object('street', '${CANARY}3' || n, 'city', 'Lisbon') from generate_series(1, 1200) n;
    create table visit (email text, page text, ip text);
    insert into visit select '${CANARY}4' || n || '@example.com', 'page ' || n, '${CANARY}5' || n from generate_series(1, 30) n`);
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
});

const fields = [
  { stream: '*', path: 'email', action: 'hash' },
  { stream: 'public.person', path: 'phone', action: 'mask' },
  { stream: 'public.person', path: 'notes', action: 'drop' },
  { stream: 'public.person', path: 'address.street', action: 'drop' },
  { stream: 'public.visit', path: 'ip', action: 'drop' },
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.each(['sqlite', 'postgres'] as const)(
  'a value that a field rule takes away, with the control store on %s',
  (store) => {
    let dataDir: string;
    let service: ServiceProcess;
    let id: string;
    let collection: string;

    beforeAll(async () => {
      dataDir = mkdtempSync(join(tmpdir(), 'tributary-fields-'));
      const databaseUrl = store === 'postgres' ? { DATABASE_URL: await postgres.createDatabase('control') } : {};
      service = await startServiceProcess(dataDir, {
        ...databaseUrl,
        TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8,::1/128',
        LOG_LEVEL: 'trace',
      });
      collection = (await service.call('POST', '/v1/collections', { name: 'People' })).body.readable_id;
      const made = await service.call('POST', '/v1/source-connections', {
        short_name: 'postgres',
        readable_collection_id: collection,
        config: { host: url.hostname, port: Number(url.port), database: 'crm', sslmode: 'disable' },
        authentication: { credentials: { username: url.username, password: decodeURIComponent(url.password) } },
        schedule: { cron: null, cursor_field: 'changed_at' },
        sync_immediately: false,
      });
      id = made.body.id;
    });
    afterAll(async () => {
      await service.stop();
      rmSync(dataDir, { recursive: true });
    });

    const native = (method: string, path: string, body?: unknown) =>
      service.call(method, `/tributary/v1/source-connections/${id}/${path}`, body);
    const run = async () => {
      const job = (await service.call('POST', `/v1/source-connections/${id}/run`)).body;
      return eventually('the job to end', async () => {
        const { body } = await native('GET', `jobs/${job.id}`);
        return body.completedAt === null ? undefined : body;
      });
    };

    it('is in no file, no answer and no log of the service', async () => {
      expect(await native('PUT', 'selection', { fields })).toMatchObject({ status: 200, body: { warnings: [] } });
      const first = await run();
      expect(first).toMatchObject({ state: 'completed', counts: { inserted: 1230, failed: 0 } });
      await client.query(`update person set notes = '${CANARY}6', changed_at = now() where email like '${CANARY}17@%'`);
      const second = await run();
      expect(second.counts).toMatchObject({ inserted: 0, deleted: 0, failed: 0 });

      const found = await service.call('GET', `/tributary/v1/collections/${collection}/search?query=Lisbon&limit=1000`);
      expect(found.body.hits).toHaveLength(1000);
      const { key, fields: shown } = found.body.hits[0];
      expect(shown).toEqual({
        email: key,
        phone: expect.stringMatching(/^\*\*\*\d{4}$/),
        address: { city: 'Lisbon' },
        changed_at: expect.any(String),
      });
      const visits = await service.call('GET', `/tributary/v1/collections/${collection}/search?query=page&limit=1000`);
      expect(visits.body.hits).toHaveLength(30);
      const answers = [
        found,
        visits,
        await service.call('GET', `/tributary/v1/collections/${collection}/search?query=${CANARY}`),
        await service.call('GET', `/v1/source-connections/${id}`),
        await native('GET', `jobs/${first.id}/failures`),
        await native('GET', 'schema'),
        await native('GET', 'status'),
        await native('GET', 'preview'),
      ];
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(JSON.stringify(answers)).not.toContain(CANARY);
      expect(service.output()).not.toContain(CANARY);
      const places = filesBelow(dataDir).filter((path) => readFileSync(path).includes(CANARY));
      expect(places).toEqual([]);
    });

    it('G4-17 stays out when the schema changes, and what is held is accepted', async () => {
      await native('PUT', 'selection', { fields, newFields: 'hold' });
      await client.query(`alter table person add column diagnosis text default '${CANARY}7'`);
      const held = await run();
      expect(held).toMatchObject({ state: 'completed', counts: { updated: 0, deleted: 0 } });
      expect((await native('GET', 'status')).body.tasks).toMatchObject([{ code: 'schema_change_held' }]);
      expect(filesBelow(dataDir).filter((path) => readFileSync(path).includes(CANARY))).toEqual([]);
      expect((await native('POST', 'schema/accept', {})).status).toBe(200);
      expect((await run()).counts).toMatchObject({ updated: 1200, deleted: 0 });
      // What is let in is found, so what was not found before was not there.
      expect(filesBelow(dataDir).filter((path) => readFileSync(path).includes(`${CANARY}7`))).not.toEqual([]);
      await client.query('alter table person drop column diagnosis');
    });
  },
);
