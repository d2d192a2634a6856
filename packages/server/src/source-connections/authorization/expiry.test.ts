import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../../test/harness/eventually.ts';
import { loadConfig } from '../../config.ts';
import { startService, type RunningService } from '../../main.ts';

const key = 'trib_test-key-of-the-first-organization-0001';
const DAY_MS = 24 * 60 * 60_000;

test('a connection that nobody allows within a day of its last link is removed; others stay', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-expiry-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const config = loadConfig({
    PORT: '0',
    TRIBUTARY_DATA_DIR: dataDir,
    TRIBUTARY_BOOTSTRAP_API_KEY: key,
    TRIBUTARY_INTERNAL_SOURCES: '1',
    LOG_LEVEL: 'silent',
  });
  const call = async (service: RunningService, method: string, path: string, body?: unknown) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as { id: string; readable_id: string } };
  };

  const first = await startService(config);
  const collection = await call(first, 'POST', '/v1/collections', { name: 'Collection' });
  const create = async (authentication: object, shortName: string, settings: object = {}) =>
    (
      await call(first, 'POST', '/v1/source-connections', {
        short_name: shortName,
        readable_collection_id: collection.body.readable_id,
        authentication,
        config: settings,
      })
    ).body.id;
  const flow = { client_id: 'i', client_secret: 's' };
  const abandoned = await create(flow, 'oauth_stub', { base_url: 'http://127.0.0.1:9' });
  const waiting = await create(flow, 'oauth_stub', { base_url: 'http://127.0.0.1:9' });
  const direct = await create({ credentials: { stub_key: 'k' } }, 'stub');
  await first.stop();

  const database = new Database(join(dataDir, 'control.sqlite'));
  const aDayAgo = Date.now() - DAY_MS - 60_000;
  database.prepare('update source_connection set created_at = ?').run(aDayAgo);
  database
    .prepare('update authorization_session set created_at = ? where source_connection_id = ?')
    .run(aDayAgo, abandoned);
  database.close();

  const second = await startService(config);
  onTestFinished(() => second.stop());
  await eventually('the removal', async () => {
    const { status } = await call(second, 'GET', `/v1/source-connections/${abandoned}`);
    return status === 404 ? true : undefined;
  });
  const audit = await call(second, 'GET', `/tributary/v1/audit-events?subjectId=${abandoned}`);
  expect(JSON.stringify(audit.body)).toContain('source_connection.expired');
  for (const id of [waiting, direct])
    expect((await call(second, 'GET', `/v1/source-connections/${id}`)).status).toBe(200);
});
