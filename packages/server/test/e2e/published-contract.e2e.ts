import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPublishedContractJudge } from '../harness/published-contract.ts';
import { startTestService, type TestService } from '../harness/service.ts';

const dir = process.env['CONFORMANCE_DIR'];

/**
 * The published file is not ours to ship: it is read from where `CONFORMANCE_DIR` says, and `.ci/run` sets that and allows
 * no skip. Every other test feeds the judge as well; this one goes over all operations of the published file on purpose.
 */
describe.skipIf(!dir)('the published OpenAPI file (set CONFORMANCE_DIR to run)', () => {
  let t: TestService;

  beforeAll(async () => {
    t = await startTestService();
  });
  afterAll(() => t.stop());

  it('notices a body that is not as published', () => {
    const judge = createPublishedContractJudge(dir ?? '');
    expect(() => judge('GET', '/collections', 200, [{}])).toThrow("must have required property 'name'");
    expect(() => judge('GET', '/collections', 200, [])).not.toThrow();
  });

  it('agrees with every answer of the unprefixed face', async () => {
    const judge = createPublishedContractJudge(dir ?? '');
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await t.api(method, path, body);
      expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(200);
      judge(method, path, answer.status, answer.body);
      return answer.body;
    };
    await call('GET', '/sources');
    await call('GET', '/sources/stub');
    const { readable_id: id } = await call('POST', '/collections', { name: 'Published', sync_config: { cursor: {} } });
    const collection = `/collections/${id}`;
    await call('PATCH', collection, { name: 'Published file' });
    const made = await call('POST', '/source-connections', {
      short_name: 'incremental_stub',
      readable_collection_id: id,
      config: { entity_count: 4 },
      authentication: { credentials: { stub_key: 'key' } },
    });
    await t.waitForJob(made.id);
    const source = `/source-connections/${made.id}`;
    for (const path of ['/collections', collection, '/source-connections', source, `${source}/jobs`]) {
      await call('GET', path);
    }
    await call('PATCH', source, { description: 'As published' });
    await call('POST', `${collection}/search/instant`, { query: 'stub' });
    const job = await call('POST', `${source}/run`);
    await t.api('POST', `${source}/jobs/${job.id}/cancel`);
    await t.waitForJob(made.id);
    await call('DELETE', source);
    await call('DELETE', collection);
  });
});
