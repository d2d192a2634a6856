import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

const source = fileURLToPath(import.meta.resolve('@tributary/connectors/process/testing-source'));
const executables = [
  { id: 'acme', title: 'Acme', command: [process.execPath, source, 'good'] },
  { id: 'acme_log', title: 'Acme change log', command: [process.execPath, source, 'global'], state: 'global' },
  { id: 'acme_renews', title: 'Acme with tokens for one use', command: [process.execPath, source, 'control'] },
  { id: 'acme_broken', title: 'Acme broken', command: ['/no/such/program'] },
];

let dataDir: string;
let t: TestService;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-executables-'));
  await writeFile(join(dataDir, 'executables.json'), JSON.stringify(executables), { mode: 0o600 });
  t = await startTestService({ TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_ALLOW_EXECUTABLES: 'on' });
});
afterAll(async () => {
  await t.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const connect = async (shortName: string, count: number, collection?: string) =>
  t.newStub({
    shortName,
    config: { count },
    credentials: { token: 'canary-of-acme' },
    ...(collection !== undefined && { collection }),
  });
const sync = async (id: string) => {
  await t.api('POST', `/source-connections/${id}/run`);
  return t.waitForJob(id);
};

describe('an executable that the operator has declared', () => {
  it('is listed with the settings of its own specification', async () => {
    const { status, body } = await t.api('GET', '/sources/acme');
    expect([status, body.name]).toEqual([200, 'Acme']);
    expect(JSON.stringify(body)).toContain('"token"');
  });

  it.each([
    ['acme', 9],
    ['acme_log', 9],
  ])('%s is synced, found, and read from where it stopped', async (shortName, records) => {
    const collection = await t.newCollection();
    const made = await connect(shortName, 3, collection);
    const first = await t.waitForJob(made.id);
    expect(first, first.error).toMatchObject({ status: 'completed', entities_inserted: records, entities_failed: 0 });
    const found = await t.api('GET', `/tributary/v1/collections/${collection}/search?query=orders`);
    expect(found.body.hits).toHaveLength(3);
    const second = await sync(made.id);
    expect(second, second.error).toMatchObject({ status: 'completed', entities_inserted: 0, entities_deleted: 0 });
  });

  it('has the settings kept that it replaces, such as a token for one use', async () => {
    const collection = await t.newCollection();
    const made = await connect('acme_renews', 3, collection);
    const lengthOf = async (): Promise<unknown> => {
      const path = `/tributary/v1/collections/${collection}/search?query=token_length`;
      const { hits } = (await t.api('GET', path)).body as { hits: readonly { readonly text: string }[] };
      return /token_length: (\d+)/.exec(JSON.stringify(hits))?.[1];
    };
    // Each of its three streams is read with the token that the one before has left.
    expect(await lengthOf()).toBe(String('canary-of-acme'.length));
    const again = await sync(made.id);
    expect(again, again.error).toMatchObject({ status: 'completed', entities_updated: 1 });
    expect(await lengthOf()).toBe(String('canary-of-acme'.length + 3));
  });

  it('says what is wrong with it when it cannot be run', async () => {
    const shown = await t.api('GET', '/sources/acme_broken');
    expect(shown.body.description).toContain('cannot be started');
    const body = { name: 'Broken', short_name: 'acme_broken', readable_collection_id: await t.newCollection() };
    const answer = await t.api('POST', '/source-connections', body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(answer.body)).toContain('cannot be started');
  });

  it('F1-23 cannot be declared by the API, and is unknown where it is not allowed', async () => {
    const other = await startTestService();
    try {
      await writeFile(join(other.dataDir, 'executables.json'), JSON.stringify(executables), { mode: 0o600 });
      expect((await other.api('GET', '/sources/acme')).status).toBe(404);
    } finally {
      await other.stop();
    }
  });
});
