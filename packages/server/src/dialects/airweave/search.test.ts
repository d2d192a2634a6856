import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

let t: TestService;
let collection: string;
let sourceId: string;

beforeAll(async () => {
  t = await startTestService();
  collection = await t.newCollection();
  const config = { entity_count: 20, custom_content_prefix: 'zebracrossing' };
  sourceId = (await t.newStub({ collection, config })).id;
  await t.newStub({ collection, config: { entity_count: 3, seed: 7 } });
});
afterAll(() => t.stop());

interface Result {
  readonly entity_id: string;
  readonly relevance_score: number;
  readonly airweave_system_metadata: { readonly entity_type: string; readonly sync_id: string };
}

describe.each(['/v1', ''])('search under "%s"', (face) => {
  const instant = (body: object, options = {}) =>
    t.api('POST', `${face}/collections/${collection}/search/instant`, body, options);

  it('finds by words, best first, and says how', async () => {
    const { status, headers, body } = await instant({ query: 'zebracrossing', limit: 5 });
    expect(status).toBe(200);
    expect(body.results).toHaveLength(5);
    const scores = body.results.map((result: Result) => result.relevance_score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
    expect(body.results[0].textual_representation).toContain('zebracrossing');
    expect(body.results[0].airweave_system_metadata.source_name).toBe('stub');
    expect(headers.get('x-search-strategy')).toBe('keyword');
    expect(headers.get('warning')).toContain('hybrid search is not available');
    const asked = await instant({ query: 'zebracrossing', retrieval_strategy: 'keyword' });
    expect(asked.headers.get('warning')).toBeNull();
  });

  it('pages without gaps', async () => {
    const all = (await instant({ query: 'zebracrossing', limit: 10 })).body.results;
    const rest = (await instant({ query: 'zebracrossing', limit: 5, offset: 5 })).body.results;
    expect(rest.map((result: Result) => result.entity_id)).toEqual(
      all.slice(5).map((result: Result) => result.entity_id),
    );
  });

  it('filters by metadata: all conditions of a group, any of the groups', async () => {
    const all: Result[] = (await instant({ query: 'zebracrossing', limit: 1000 })).body.results;
    const types = [...new Set(all.map((result) => result.airweave_system_metadata.entity_type))];
    const only = (type: string | undefined) => ({
      conditions: [{ field: 'airweave_system_metadata.entity_type', operator: 'equals', value: type }],
    });
    const one: Result[] = (await instant({ query: 'zebracrossing', limit: 1000, filter: [only(types[0])] })).body
      .results;
    expect(new Set(one.map((result) => result.airweave_system_metadata.entity_type))).toEqual(new Set([types[0]]));
    const two = await instant({ query: 'zebracrossing', limit: 1000, filter: [only(types[0]), only(types[1])] });
    expect(two.body.results.length).toBeGreaterThan(one.length);
    const unknown = [{ conditions: [{ field: 'content', operator: 'equals', value: 'x' }] }];
    expect((await instant({ query: 'zebracrossing', filter: unknown })).status).toBe(422);
    expect((await instant({ query: 'zebracrossing', filter: [{ conditions: [] }] })).status).toBe(422);
  });

  it('refuses an empty query and limits out of range', async () => {
    for (const body of [
      {},
      { query: ' ' },
      { query: 'a', limit: 0 },
      { query: 'a', limit: 1001 },
      { query: 'a', offset: -1 },
    ]) {
      expect((await instant(body)).status).toBe(422);
    }
  });

  it('keeps organizations apart', async () => {
    const { key } = await t.newOrganization();
    expect((await instant({ query: 'zebracrossing' }, { key })).status).toBe(404);
  });

  it('answers the older forms', async () => {
    const path = `${face}/collections/${collection}/search`;
    const posted = await t.api('POST', path, { query: 'zebracrossing', limit: 3, retrieval_strategy: 'neural' });
    expect(posted.body).toMatchObject({ completion: null, response_type: 'raw', status: 'success' });
    expect(posted.body.results).toHaveLength(3);
    expect(posted.headers.get('warning')).toContain('semantic search is not available');
    const got = await t.api('GET', `${path}?query=zebracrossing&limit=3&response_type=raw&recency_bias=0.5`);
    expect(got.body.results).toEqual(posted.body.results);
    const nothing = await t.api('POST', path, { query: 'nowordlikethis' });
    expect(nothing.body).toMatchObject({ results: [], status: 'no_results' });
    const filtered = await t.api('POST', path, {
      query: 'zebracrossing',
      source_connection_ids: [sourceId],
      filter: { must: [{ key: 'source_name', match: { value: 'stub' } }] },
    });
    expect(filtered.body.results.length).toBeGreaterThan(0);
    expect((await t.api('POST', path, { query: 'a', filter: { must: [{ has_id: ['x'] }] } })).status).toBe(422);
  });

  it('has no route for searches that need a language model', async () => {
    const path = `${face}/collections/${collection}/search/agentic`;
    expect((await t.api('POST', path, { query: 'a' })).status).toBe(404);
  });
});
