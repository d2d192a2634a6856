import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ TRIBUTARY_WORKERS: '0' });
});

afterAll(() => service.stop());

test('refreshing a collection starts every source connection of it, however many there are', async () => {
  const collection = await service.newCollection();
  const many = 101;
  const idle = { schedule: { cron: null }, sync_immediately: false };
  for (let n = 0; n < many; n += 1) await service.newStub({ collection, body: idle, wait: false });
  const { body } = await service.api('POST', `/collections/${collection}/refresh_all`);
  expect(new Set(body.map((job: { source_connection_id: string }) => job.source_connection_id)).size).toBe(many);
});
