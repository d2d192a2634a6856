import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';

let folder: string;
let t: TestService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-update-'));
  t = await startTestService({ TRIBUTARY_FILE_ROOTS: folder });
});
afterAll(async () => {
  await t.stop();
  await rm(folder, { recursive: true, force: true });
});

it('keeps a change that is stored while the source is asked about another one', async () => {
  const path = join(folder, 'notes.sqlite');
  new Database(path).exec('create table note (id integer primary key, changed_at text)').close();
  const made = await t.newStub({
    shortName: 'sqlite',
    config: { path },
    body: { authentication: null, schedule: { cron: '0 3 * * *' } },
  });
  const change = (schedule: object) => t.api('PATCH', `/v1/source-connections/${made.id}`, { schedule });
  // Only the first has to be looked up in the file.
  const answers = await Promise.all([change({ cursor_field: 'changed_at' }), change({ cron: '0 4 * * *' })]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const { body } = await t.api('GET', `/v1/source-connections/${made.id}`);
  expect(body.schedule).toMatchObject({ cursor_field: 'changed_at', cron: '0 4 * * *' });
});
