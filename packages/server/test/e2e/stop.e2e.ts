import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess } from '../harness/service-process.ts';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-stop-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('SIGTERM during a sync', () => {
  it('ends the job as interrupted within ten seconds, and the next start goes on by itself', async () => {
    const first = await startServiceProcess(dataDir);
    const collection = await first.call('POST', '/v1/collections', { name: 'Slow ones' });
    const made = await first.call('POST', '/v1/source-connections', {
      short_name: 'timed',
      readable_collection_id: collection.body.readable_id,
      config: { entity_count: 40, duration_seconds: 6 },
      authentication: { credentials: { timed_key: 'key' } },
      schedule: { cron: null },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    const jobs = `/v1/source-connections/${made.body.id}/jobs`;
    await eventually('the job to run', async () =>
      (await first.call('GET', jobs)).body[0].status === 'running' ? true : undefined,
    );

    const asked = Date.now();
    expect(await first.stop()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);

    const second = await startServiceProcess(dataDir);
    try {
      const done = await eventually('a second job to complete', async () => {
        const { body } = await second.call('GET', jobs);
        return body.length === 2 && body[0].status === 'completed' ? body : undefined;
      });
      expect(done[1]).toMatchObject({ status: 'cancelled', error: expect.stringContaining('stop') });
      const { body } = await second.call('GET', `/v1/source-connections/${made.body.id}`);
      expect(body.entities.total_entities).toBe(41);
    } finally {
      await second.stop();
    }
  });
});
