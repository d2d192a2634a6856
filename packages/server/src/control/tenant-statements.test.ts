import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { plantRelationship } from '../../test/harness/planted-relationship.ts';
import { addDeployable } from '../../test/harness/deployable.ts';
import { startTestService, type TestService } from '../../test/harness/service.ts';
import { makeCertificate } from '../certificates/testing/made-certificates.ts';
import { sqliteHome } from './testing.ts';

const root = join(import.meta.dirname, '..');

/** Repository functions that look at several organizations, and why that is right. */
const acrossOrganizations: Readonly<Record<string, string>> = {
  'auth/oauth/sessions/repository.ts findSessionByCode': 'tells whose link a browser without a key follows',
  'auth/oauth/sessions/repository.ts findSessionByState': 'tells whose way a browser without a key comes back from',
  'auth/oauth/sessions/repository.ts deleteSessionsBefore': 'kept for a time only, whosever they are',
  'source-connections/repository.ts listNeverAuthorized': 'kept for a time only, whosever they are',
  'auth/access-tokens/repository.ts findAccessTokenByHash': 'tells which organization a caller belongs to',
  'auth/repository.ts findApiKeyByHash': 'tells which organization a caller belongs to',
  'auth/oauth/renewal/repository.ts listDue': 'tokens are renewed before they die, whosever they are',
  'integration-sources/repository.ts findOwner': 'the operator makes system sources, whosever they are',
  'syncs/repository.ts countLiveJobs': 'the operator’s metrics',
  'deployments/repository.ts countHeld': 'the operator’s metrics',
  'deployments/workers/repository.ts wanted': 'workers serve the environment of a name, of everyone',
  'deployments/workers/repository.ts forgetEnded': 'kept for a time only, whosever they are',
  'collections/repository.ts listDeletedCollections': 'purges that an earlier process began, read at start',
  'source-connections/repository.ts listDeletedSourceConnections':
    'purges that an earlier process began, read at start',
  'notifications/deliveries/repository.ts endOverdue': 'nobody takes them any more, whosever they are',
  'notifications/deliveries/repository.ts listAwaited': 'a worker sends for everyone by the connections that it holds',
  'notifications/deliveries/repository.ts listClaimed': 'a worker sends for everyone by the connections that it holds',
  'notifications/deliveries/repository.ts noteWaiting': 'a worker says why it sends nothing by a connection',
  'notifications/deliveries/repository.ts takeDue': 'a worker sends for everyone by the connections that it holds',
  'control/idempotency-keys.ts deleteIdempotencyKeysBefore': 'kept for a time only, whosever they are',
};

/** Functions and constants of a file, each with its text. */
function declarations(text: string): { readonly name: string; readonly body: string }[] {
  const starts = [...text.matchAll(/^(?:export )?(?:async )?(?:function|const) (\w+)/gm)];
  return starts.map((start, place) => ({
    name: start[1] ?? '',
    body: text.slice(start.index, starts[place + 1]?.index ?? text.length),
  }));
}

const reads = /\.(?:selectFrom|updateTable|deleteFrom)\(\s*'(\w+)|\b(?:from|update|join) (\w+)/g;
const namesTenant = /organization_id',\s*'='|organization_id = \$\{/;

async function tenantTables(): Promise<Set<string>> {
  const home = await sqliteHome();
  const store = await home.open();
  const tables = await store.db.introspection.getTables();
  await store.close();
  await home.remove();
  const ours = tables.filter(({ columns }) => columns.some(({ name }) => name === 'organization_id'));
  return new Set(ours.map(({ name }) => name));
}

/** `table` of the statement when it reads or changes rows of organizations without saying of which. */
function forgets(sql: string, tables: ReadonlySet<string>): string | undefined {
  const text = sql.replaceAll('"', '').replaceAll(/\s+/g, ' ').toLowerCase();
  const touched = [...text.matchAll(/\b(?:from|join|update) (\w+)/g)].map(([, table = '']) => table);
  const table = touched.find((one) => tables.has(one));
  if (table === undefined || /^(?:create|alter|drop|pragma)\b/.test(text)) return undefined;
  return /organization_id = \?|organization_id in \(|\(organization_id, /.test(text) ? undefined : table;
}

describe('F1-11 a statement on rows of organizations', () => {
  let tables: ReadonlySet<string>;
  beforeAll(async () => {
    tables = await tenantTables();
  });

  it('names the organization in every repository, but where the work is for all of them', () => {
    const files = globSync('{**/repository.ts,**/*-repository.ts,control/idempotency-keys.ts}', { cwd: root });
    expect(files.length).toBeGreaterThan(8);
    const found = files.flatMap((file) => {
      const shown = file.replaceAll('\\', '/');
      // Jobs are claimed, led and ended for whoever has them; their own tests look at fairness and fences.
      if (shown.startsWith('jobs/')) return [];
      return declarations(readFileSync(join(root, file), 'utf8'))
        .filter(({ body }) => [...body.matchAll(reads)].some(([, call, raw]) => tables.has(call ?? raw ?? '')))
        .filter(({ body }) => !namesTenant.test(body))
        .map(({ name }) => `${shown} ${name}`);
    });
    expect(found.toSorted()).toEqual(Object.keys(acrossOrganizations).toSorted());
  });

  it.each([
    ['select * from collection where id = ?', 'collection'],
    ['update "api_key" set "scopes" = ? where "id" = ?', 'api_key'],
    ['delete from "project" where "organization_id" = ? and "id" = ?', undefined],
    ['select * from "organization" where "id" = ?', undefined],
  ])('would be seen: %s', (sql, table) => {
    expect(forgets(sql, tables)).toBe(table);
  });
});

describe('F1-11 what a running service sends to its database', () => {
  /** Beginnings of the statements that are for all organizations. */
  const forAll: readonly (readonly [statement: RegExp, why: string])[] = [
    [/from access_token where hash = \?/, 'tells which organization a caller belongs to'],
    [/from api_key where (?:\(?)hash = \?/, 'tells which organization a caller belongs to'],
    [/^select key_id, count\(\*\) as values from \w+ group by key_id/, 'the key ring serves every organization'],
    [
      /from (?:credential|organization_key|oauth_client|auth_provider|authorization_session|variable|key_material|deployment) where key_id <?!?=/,
      'the key ring serves every organization',
    ],
    [/from source_connection inner join connection .* connection\.authenticated_at is null/, 'kept for a time only'],
    [/from (?:collection|source_connection) where deleted_at is not null/, 'purges that an earlier process began'],
    [
      /^delete from (?:job_event|sync_job|idempotency_key|authorization_session|notice|notification_repeat) where/,
      'kept for a time only, whosever they are',
    ],
    [/from credential where renew_at is not null/, 'tokens are renewed before they die, whosever they are'],
    [/from audit_event where created_at </, 'kept for a time only, whosever they are'],
    [/^select distinct lease_owner from sync_job/, 'whose workers are still alive'],
    [/from worker_deployment inner join worker /, 'the operator’s metrics'],
    [/from sync_job where state in \('pending', 'running', 'cancelling'\)/, 'the operator’s metrics'],
  ];
  const statements = new Set<string>();
  let t: TestService;
  let tables: ReadonlySet<string>;
  beforeAll(async () => {
    tables = await tenantTables();
    const prepare = Database.prototype.prepare;
    vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
      statements.add(sql);
      return prepare.call(this, sql) as never;
    });
    t = await startTestService();
    await addDeployable(t.dataDir, 'watched');
  });
  afterAll(async () => {
    await t.stop();
    vi.restoreAllMocks();
  });

  it('names the organization, but where the work is for all of them', async () => {
    const { body: collection } = await t.api('POST', '/collections', { name: 'Watched' });
    const source = await t.newStub({ collection: collection.readable_id });
    const path = `/source-connections/${source.id}`;
    const native = `/tributary/v1${path}`;
    const project = '/tributary/v1/projects/watched';
    const { certificate } = makeCertificate({ name: 'watched.example' });
    const calls: readonly (readonly [method: string, path: string, body?: unknown])[] = [
      ['GET', '/collections?search=a'],
      ['GET', '/collections/count'],
      ['GET', `/collections/${collection.readable_id}`],
      ['PATCH', `/collections/${collection.readable_id}`, { name: 'Watched too' }],
      ['GET', '/source-connections'],
      ['GET', path],
      ['PATCH', path, { name: 'Another name', config: { entity_count: 3 } }],
      ['POST', `${path}/run`],
      ['GET', `${path}/jobs`],
      ['GET', native],
      ['GET', `${native}/status`],
      ['GET', `${native}/streams`],
      ['GET', `${native}/schema`],
      ['POST', `${native}/pause`],
      ['POST', `${native}/resume`],
      ['POST', `/collections/${collection.readable_id}/search/instant`, { query: 'a' }],
      ['POST', '/api/integration-sources', { name: 'Watched', source_type: 'saas', connector_type: 'stub' }],
      ['GET', '/api/integration-sources?is_active=true'],
      ['GET', '/tributary/v1/organization'],
      ['GET', '/tributary/v1/usage'],
      ['POST', '/tributary/v1/projects', { name: 'watched' }],
      ['GET', '/tributary/v1/projects'],
      ['PATCH', '/tributary/v1/projects/watched', { name: 'Watched' }],
      ['POST', `${project}/environments`, { name: 'test' }],
      ['GET', `${project}/environments`],
      ['PUT', `${project}/variables/host`, { value: 'a' }],
      ['PUT', `${project}/environments/test/variables/host`, { value: 'a' }],
      ['PUT', `${project}/environments/test/variables/host`, { secret: true }],
      ['GET', `${project}/environments/test/variables`],
      ['DELETE', `${project}/environments/test/variables/host`],
      ['PATCH', `${project}/environments/test`, { name: 'staging' }],
      ['DELETE', `${project}/environments/staging`],
      ['POST', `${project}/certificates`, { name: 'tls', certificate }],
      ['GET', `${project}/certificates`],
      ['PUT', `${project}/certificates/tls`, { certificate }],
      ['DELETE', `${project}/certificates/tls`],
      ['DELETE', '/tributary/v1/projects/watched'],
      ['POST', '/apiops/projects/default/connections/watched', { type: 'email', host: 'smtp.example.com' }],
      ['GET', '/apiops/projects/default/connections?type=email'],
      ['GET', '/apiops/projects/default/connections/watched'],
      ['PUT', '/apiops/projects/default/connections/watched', { type: 'email', host: 'h', name: 'seen' }],
      ['DELETE', '/apiops/projects/default/connections/seen'],
      ['GET', '/tributary/v1/workers'],
      ['GET', '/tributary/v1/projects/default/deployments'],
      ['POST', '/tributary/v1/projects/default/connections/watched/deploy'],
      ['GET', '/metrics'],
      ['GET', '/tributary/v1/api-keys'],
      ['POST', '/tributary/v1/api-keys', { scopes: ['search:read'] }],
      ['GET', '/tributary/v1/audit-events'],
      ['DELETE', path],
      ['DELETE', `/collections/${collection.readable_id}`],
    ];
    const listed = (await t.api('GET', '/api/integration-sources')).body;
    const catalogued = `/api/integration-sources/${listed[0].id}`;
    const ofSource: typeof calls = [
      [
        'PUT',
        catalogued,
        { name: 'Seen', instance_label: 'seen', description: 'Seen', selected_streams: ['containers'] },
      ],
      ['POST', `${catalogued}/test`],
      ['GET', `${catalogued}/jobs`],
      ['GET', `${catalogued}/columns`],
      ['GET', `${catalogued}/relationships`],
      ['PUT', `/api/integration-sources/relationships/${plantRelationship(t.dataDir, listed[0])}`, { score: 0.2 }],
      ['POST', `${catalogued}/databases`, { name: 'part' }],
    ];
    for (const [method, url, body] of [...ofSource, ...calls]) {
      const { status } = await t.api(method, url, body);
      expect([method, url, status < 500]).toEqual([method, url, true]);
    }
    const known = (sql: string) => {
      const text = sql.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim();
      return forAll.some(([pattern]) => pattern.test(text));
    };
    const forgetful = [...statements].filter((sql) => forgets(sql, tables) !== undefined && !known(sql));
    expect(statements.size).toBeGreaterThan(40);
    expect(forgetful).toEqual([]);
  });
});
