import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

let t: TestService;
beforeAll(async () => {
  // A share of 1 % makes every disk nearly full.
  t = await startTestService({ TRIBUTARY_MAX_ENTITIES: '40', TRIBUTARY_DISK_WARN_PERCENT: '1' });
});
afterAll(() => t.stop());

const usage = async (key = t.key) => (await t.api('GET', '/tributary/v1/organization/usage', undefined, { key })).body;
const state = async (id: string) => (await t.api('GET', `/tributary/v1/source-connections/${id}/status`)).body;

describe('limits of an organization', () => {
  it('end the sync that exceeds them, say what to do, and go away with what is deleted', async () => {
    const first = await t.newStub({ config: { entity_count: 20 } });
    const { entities } = await usage();
    expect(entities).toBe(21);
    const second = await t.newStub({ config: { entity_count: 30, seed: 2 } });
    const job = await t.waitForJob(second.id);
    expect(job).toMatchObject({ status: 'failed', error: expect.stringContaining('TRIBUTARY_MAX_ENTITIES') });
    expect(await state(second.id)).toMatchObject({ freshness: 'failed', run: 'idle' });
    expect((await state(second.id)).tasks.map((task: { code: string }) => task.code)).toEqual([
      'make_room',
      'free_disk',
    ]);
    const full = await usage();
    expect(full).toMatchObject({ limits: { entities: 40, bytes: null }, disk: 'nearly_full' });
    expect(full.entities).toBeGreaterThan(40);
    expect(full.collections).toHaveLength(2);

    await t.api('DELETE', `/source-connections/${first.id}`);
    expect((await usage()).entities).toBe(full.entities - 21);
    expect((await t.api('POST', `/source-connections/${second.id}/run`)).status).toBe(200);
    expect(await t.waitForJob(second.id)).toMatchObject({ status: 'completed' });
    expect((await state(second.id)).tasks.map((task: { code: string }) => task.code)).toEqual(['free_disk']);
  });

  it('are counted for each organization alone', async () => {
    const { key } = await t.newOrganization();
    expect(await usage(key)).toMatchObject({ entities: 0, bytes: 0, collections: [] });
  });
});
