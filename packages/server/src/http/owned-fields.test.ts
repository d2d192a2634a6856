import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestService } from '../../test/harness/service.ts';
import { plantRelationship } from '../../test/harness/planted-relationship.ts';
import { startWholeRig, type WholeRig } from '../../test/harness/whole-rig.ts';
import { makeCertificate } from '../certificates/testing/made-certificates.ts';
import { exampleOf } from './docs-schema.ts';
import type { OpenApiDocument } from './openapi.ts';
import type { JsonSchema } from './openapi-schemas.ts';

const planted = 'planted-by-the-caller';
const plantedId = 'deadbeef-dead-4eef-8ead-deadbeefdead';

/** What the service decides itself, in the spelling of every dialect. */
const owned: Readonly<Record<string, unknown>> = {
  id: plantedId,
  organization_id: plantedId,
  organizationId: plantedId,
  project_id: plantedId,
  connection_id: plantedId,
  sync_id: plantedId,
  api_key_id: plantedId,
  created_at: planted,
  createdAt: planted,
  modified_at: planted,
  modifiedAt: planted,
  created_by_email: planted,
  createdByEmail: planted,
  modified_by_email: planted,
  modifiedByEmail: planted,
  deleted_at: planted,
  revokedAt: planted,
  replacedBy: plantedId,
  hash: planted,
  prefix: planted,
  key: planted,
  decrypted_key: planted,
  status: planted,
  state: planted,
  version: planted,
  revision: planted,
  sequence: planted,
  authenticated_at: planted,
  lease_owner: planted,
  error: planted,
};

let rig: WholeRig;
let t: TestService;
beforeAll(async () => {
  rig = await startWholeRig();
  ({ t } = rig);
});
afterAll(() => rig.stop());

interface BodyOperation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly schema: JsonSchema;
}

/** The operations that take a body, and the schemas that these speak of. */
async function operationsWithBody(): Promise<
  readonly [readonly BodyOperation[], Readonly<Record<string, JsonSchema>>]
> {
  const { paths, components } = (await t.api('GET', '/openapi.json')).body as OpenApiDocument;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema ? [{ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, schema }] : [];
    }),
  );
  return [operations, components.schemas];
}

/** The owned fields that the body of an operation does not have by right. */
function extraFor(schema: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): object {
  const { properties = {} } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  return Object.fromEntries(Object.entries(owned).filter(([field]) => !(field in properties)));
}

const tells = (text: string) => text.includes(planted) || text.includes(plantedId);

/** Every row of the control store as text. */
function everything(): string {
  const database = new Database(join(t.dataDir, 'control.sqlite'), { readonly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[];
    return tables.map((table) => JSON.stringify(database.prepare(`select * from "${table}"`).all())).join('\n');
  } finally {
    database.close();
  }
}

/** Bodies of the operations whose generated example would be refused, by the end of their name. */
function bodiesFor(collection: string): readonly (readonly [end: RegExp, body: () => object])[] {
  let count = 0;
  const fresh = (word: string) => `${word} ${(count += 1)}`;
  const source = () => ({
    name: fresh('Owned'),
    short_name: 'stub',
    readable_collection_id: collection,
    config: { entity_count: 1 },
    authentication: { credentials: { stub_key: 'key' } },
  });
  const permissions = [{ category: 'AUDIT', actions: ['VIEW'] }];
  const plain = () => ({ name: fresh('owned').replace(' ', '-') });
  const { certificate } = makeCertificate({ name: 'owned.example' });
  return [
    [/POST (?:\/v1)?\/source-connections$/, source],
    [
      /POST \/tributary\/v1\/source-connections$/,
      () => ({ connection: 'owned-connection', collection, options: { entity_count: 1 } }),
    ],
    [/POST (?:\/v1)?\/collections$/, () => ({ name: fresh('Owned') })],
    [/(?:PATCH|PUT) (?:\/v1)?\/(?:collections|source-connections)\/\{\w+\}$/, () => ({ name: fresh('Renamed') })],
    [/\/search/, () => ({ query: 'text' })],
    [/(?:POST|PATCH) .*\/(?:projects|environments)(?:\/\{\w+\})?$/, plain],
    [/PUT .*\/variables\//, () => ({ value: 'text' })],
    [/POST .*\/certificates$/, () => ({ ...plain(), certificate })],
    [/PUT .*\/certificates\//, () => ({ certificate })],
    [/POST \/tributary\/v1\/roles$/, () => ({ name: fresh('Owned'), permissions })],
    [/PATCH \/tributary\/v1\/roles/, () => ({ name: fresh('Renamed') })],
    [/PUT \/tributary\/v1\/api-keys\/\{\w+\}\/roles$/, () => ({ roles: [] })],
    [/POST \/tributary\/v1\/api-keys$/, () => ({ scopes: ['search:read'] })],
    [/POST .*\/api-keys(?:\/\{\w+\}\/rotate)?$/, () => ({})],
    [/\/apiops\/projects/, () => ({ type: 'email', host: '127.0.0.1', port: 1 })],
    [/\/selection/, () => ({})],
    [
      /POST \/api\/integration-sources$/,
      () => ({ name: fresh('Owned'), source_type: 'saas', connector_type: 'stub', configuration: { stub_key: 'key' } }),
    ],
    [/PUT \/api\/integration-sources\/\{source_id\}$/, () => ({ name: fresh('Renamed') })],
    [/PUT \/api\/integration-sources\/\{source_id\}\/streams$/, () => ({ selected_streams: null })],
    [/POST \/api\/integration-sources\/\{source_id\}\/sync$/, () => ({ collection })],
    [/POST \/api\/integration-sources\/\{source_id\}\/databases$/, () => ({ name: fresh('owned') })],
    [/PUT \/api\/integration-sources\/relationships/, () => ({ status: 'APPROVED' })],
    [/POST (?:\/v1)?\/auth-providers$/, () => ({ name: fresh('Owned'), ...rig.authProvider })],
    [/PUT (?:\/v1)?\/auth-providers/, () => ({ name: fresh('Renamed') })],
    [
      /POST \/tributary\/v1\/source-connections\/(?:check|preview)$/,
      () => ({ shortName: 'stub', config: { entity_count: 1 }, credentials: { stub_key: 'key' } }),
    ],
  ];
}

let projects = 0;

/** For an operation on something of a project: one with one of everything; gives the names by path parameter. */
async function projectFor(operation: string): Promise<Readonly<Record<string, string>>> {
  if (!operation.includes('{projectName}')) return {};
  const projectName = `by-hand-${(projects += 1)}`;
  const path = `/tributary/v1/projects/${projectName}`;
  await t.api('POST', '/tributary/v1/projects', { name: projectName });
  await t.api('POST', `${path}/environments`, { name: 'test' });
  const { certificate } = makeCertificate({ name: 'owned.example' });
  await t.api('POST', `${path}/certificates`, { name: 'tls', certificate });
  await t.api('POST', `/apiops/projects/${projectName}/connections/taken`, { type: 'email', host: '127.0.0.1' });
  const connectionName = operation.startsWith('PUT') ? 'taken' : 'fresh';
  return { projectName, environmentName: 'test', variableName: 'host', certificateName: 'tls', connectionName };
}

/** An integration source that nothing reads. */
async function newSource() {
  const wanted = { name: 'Owned by hand', source_type: 'saas', connector_type: 'stub' };
  return (await t.api('POST', '/api/integration-sources', wanted)).body;
}

/** Ids of things that the operation may do away with, made for it alone. */
async function freshIds(name: string): Promise<Record<string, string>> {
  if (name.includes('/integration-sources')) return { source_id: (await newSource()).id };
  return projectFor(name);
}

it('F1-17 fields that the service owns are refused or ignored in every body', async () => {
  const source = await t.newStub({ body: { name: 'Owned connection' } });
  const collection: string = source.readable_collection_id;
  const bodies = bodiesFor(collection);
  const newKey = async () =>
    (await t.api('POST', '/tributary/v1/api-keys', { scopes: ['search:read'] })).body.id as string;
  const permissions = [{ category: 'AUDIT', actions: ['VIEW'] }];
  const given = { name: 'Owned by hand', ...rig.authProvider };
  const provider = (await t.api('POST', '/auth-providers', given)).body.readable_id;
  /** A source connection that a person has allowed, and what the initiator needs to claim it. */
  const allowed = async () => {
    const { body } = await rig.create();
    await rig.allow(body.auth.auth_url);
    return { id: body.id as string, body: { claim_token: body.auth.claim_token as string } };
  };
  const relationship = plantRelationship(t.dataDir, await newSource());
  const role = (await t.api('POST', '/tributary/v1/roles', { name: 'Owned by hand', permissions })).body.id;
  const [operations, schemas] = await operationsWithBody();
  const unproven: string[] = [];
  for (const { name, method, path, schema } of operations) {
    const ids: Record<string, string> = {
      source_connection_id: source.id,
      sourceConnectionId: source.id,
      readable_id: collection,
      readableId: collection,
      roleId: role,
      apiKeyId: await newKey(),
      id: await newKey(),
    };
    Object.assign(ids, await freshIds(name), { relationship_id: relationship });
    if (name.includes('/auth-providers')) ids['readable_id'] = provider;
    const claim = name.endsWith('/verify-oauth') ? await allowed() : undefined;
    if (claim) ids['source_connection_id'] = claim.id;
    const url = path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => ids[parameter] ?? 'none');
    const makeBody = bodies.find(([end]) => end.test(name))?.[1];
    const body = claim?.body ?? (makeBody ? makeBody() : (exampleOf(schema, schemas) as object));
    const answer = await t.api(method, url, { ...body, ...extraFor(schema, schemas) });
    const text = JSON.stringify(answer.body);
    if (answer.status === 422 && /unrecognized_keys|Unknown field/.test(text)) continue;
    if (answer.status >= 300) unproven.push(`${name}: ${answer.status} ${text.slice(0, 200)}`);
    expect([name, tells(text)]).toEqual([name, false]);
  }
  expect(operations.length).toBeGreaterThan(20);
  // An operation that fails for another reason proves nothing: it wants a body above, or an id.
  expect(unproven).toEqual([]);
  const stored = everything();
  expect(stored).toContain(source.id);
  expect(tells(stored)).toBe(false);
});
