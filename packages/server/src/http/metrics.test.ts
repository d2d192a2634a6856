import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';
import { createMetrics } from './metrics.ts';

describe('the metrics of requests', () => {
  it('have no label that a caller can make up', async () => {
    const metrics = createMetrics([]);
    metrics.observe({ method: 'GET', route: '/v1/collections/:readable_id', status: 200, seconds: 0.01 });
    for (const method of ['PROPFIND', 'PURGE', 'TRACE'])
      metrics.observe({ method, route: undefined, status: 404, seconds: 0.01 });
    const counts = (await metrics.text()).match(/^tributary_http_request_duration_seconds_count.*$/gm);
    expect(counts).toEqual([
      'tributary_http_request_duration_seconds_count{method="GET",route="/v1/collections/:readable_id",status="200"} 1',
      'tributary_http_request_duration_seconds_count{method="other",route="none",status="404"} 3',
    ]);
  });
});

describe('the metrics of a service', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.stop());

  const lines = async (pattern: RegExp): Promise<readonly string[]> =>
    String((await service.api('GET', '/metrics')).body).match(pattern) ?? [];

  it('tell of jobs and of what they did, from the first reading on', async () => {
    expect(await lines(/^tributary_(sync_jobs|entities).*$/gm)).toEqual([
      'tributary_sync_jobs{state="pending"} 0',
      'tributary_sync_jobs{state="running"} 0',
      'tributary_sync_jobs{state="cancelling"} 0',
      ...['completed', 'failed', 'cancelled', 'interrupted'].map(
        (s) => `tributary_sync_jobs_ended_total{state="${s}"} 0`,
      ),
      ...['inserted', 'updated', 'kept', 'deleted', 'failed'].map((c) => `tributary_entities_total{change="${c}"} 0`),
    ]);
    const source = await service.newStub({ config: { entity_count: 5 } });
    await expect
      .poll(() => lines(/^tributary_(sync_jobs|entities).* [1-9].*$/gm))
      .toEqual([
        'tributary_sync_jobs_ended_total{state="completed"} 1',
        'tributary_entities_total{change="inserted"} 6',
      ]);
    await service.api('POST', `/v1/source-connections/${source.id}/run`);
    await service.waitForJob(source.id);
    await expect
      .poll(() => lines(/^tributary_(sync_jobs|entities).* [1-9].*$/gm))
      .toEqual([
        'tributary_sync_jobs_ended_total{state="completed"} 2',
        'tributary_entities_total{change="inserted"} 6',
        'tributary_entities_total{change="kept"} 6',
      ]);
  });
});
