import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';
import { createAuditLog } from '../audit/service.ts';
import { openSqliteControlStore } from '../control/sqlite.ts';
import { runForEveryone } from '../control/tenant-scope.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { asId } from '../lib/ids.ts';
import { markSystemSource } from './system-sources.ts';

let t: TestService;
beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

async function mark(id: string, isSystem: boolean): Promise<void> {
  const control = await openSqliteControlStore({ path: join(t.dataDir, 'control.sqlite'), clock, busy: 'block' });
  const audit = createAuditLog({ control, clock });
  await runForEveryone(() => markSystemSource({ control, clock, audit }, asId(id), isSystem));
  await control.close();
}

const path = '/api/integration-sources';
const newSource = async (connector_type: string) =>
  (await t.api('POST', path, { name: 'Store', source_type: 'saas', connector_type })).body;

it('H11 H24 the operator makes system sources, which stand behind others and whose callers may describe and switch them only', async () => {
  const store = await newSource('stub');
  const source = await newSource('incremental_stub');
  await mark(store.id, true);
  expect((await t.api('GET', `${path}/${store.id}`)).body.is_system).toBe(true);
  const backed = await t.api('PUT', `${path}/${source.id}`, { system_source_id: store.id });
  expect(backed).toMatchObject({ status: 200, body: { system_source_id: store.id } });
  const put = (body: object) => t.api('PUT', `${path}/${store.id}`, body);
  expect(await put({ name: 'Mine', description: 'Mine' })).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining('name') },
  });
  expect((await t.api('PUT', `${path}/${store.id}/streams`, { selected_streams: [] })).status).toBe(403);
  const allowed = { description: 'Keeps what was read', description_source: 'imported', is_active: false };
  expect(await put(allowed)).toMatchObject({ status: 200, body: { ...allowed, name: 'Store' } });
  expect((await t.api('DELETE', `${path}/${store.id}`)).status).toBe(403);
  const { key } = await t.newOrganization();
  const foreign = { name: 'Theirs', source_type: 'saas', connector_type: 'stub' };
  const theirs = (await t.api('POST', path, foreign, { key })).body;
  const stolen = await t.api('PUT', `${path}/${theirs.id}`, { system_source_id: store.id }, { key });
  expect(stolen.status).toBe(422);
  await mark(store.id, false);
  expect((await t.api('DELETE', `${path}/${store.id}`)).status).toBe(204);
  await expect(mark(store.id, true)).rejects.toMatchObject({ code: 'integration_source_not_found' });
});
