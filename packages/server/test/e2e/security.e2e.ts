import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
let own: { readonly id: string; readonly readable_collection_id: string };

beforeAll(async () => {
  service = await startTestService();
  const made = await service.newStub({ config: { entity_count: 20, inject_special_tokens: true } });
  own = { id: made.id, readable_collection_id: made.readable_collection_id };
});

afterAll(async () => {
  await service.stop();
});

describe('F1-11 another organization', () => {
  it('never finds what this organization has stored, also by the same words', async () => {
    const { key } = await service.newOrganization();
    const collection = await service.newCollection(key);
    const found = await service.api('POST', `/v1/collections/${collection}/search/instant`, { query: 'Stub' }, { key });
    expect(found.body.results).toEqual([]);
    const listed = await service.api('GET', '/v1/source-connections', undefined, { key });
    expect(listed.body).toEqual([]);
  });
});

describe('F1-17 fields that the service owns', () => {
  it('are ignored in every create and update', async () => {
    const owned = {
      id: '00000000-0000-4000-8000-000000000000',
      organization_id: '00000000-0000-4000-8000-000000000000',
      created_at: '2001-01-01T00:00:00Z',
      modified_at: '2001-01-01T00:00:00Z',
      created_by_email: 'evil@example.com',
      sync_id: '00000000-0000-4000-8000-000000000000',
      status: 'ERROR',
      version: 99,
      auth: { authenticated: false },
      entities: { total_entities: 9 },
    };
    const before = (await service.api('GET', `/v1/source-connections/${own.id}`)).body;
    const patched = await service.api('PATCH', `/v1/source-connections/${own.id}`, { ...owned, description: 'mine' });
    expect(patched.status).toBe(200);
    for (const name of ['id', 'organization_id', 'created_at', 'sync_id', 'status', 'auth', 'entities'] as const) {
      expect(patched.body[name], name).toEqual(before[name]);
    }
    const collection = await service.api('POST', '/v1/collections', { ...owned, name: 'Owned fields', vector_size: 7 });
    expect(collection.body).toMatchObject({ vector_size: 0, organization_id: before.organization_id });
    expect(collection.body.id).not.toBe(owned.id);
  });
});

describe('F1-19 hostile text', () => {
  it('in queries, filters and list parameters neither breaks nor widens a search', async () => {
    const path = `/v1/collections/${own.readable_collection_id}/search/instant`;
    const fields = ['name', 'entity_id', 'airweave_system_metadata.entity_type', 'breadcrumbs.name'];
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        `' or 1=1 --`,
        `"); drop table entity; --`,
        '%',
        '_',
        '*',
        'a NEAR b',
        'title:x',
        '&|!<->:*',
        '\u0000',
        '\ud800',
        '(((((',
        'NOT',
      ),
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, fc.constantFrom(...fields), async (query, value, field) => {
        const answer = await service.api('POST', path, {
          query: query === '' ? 'x' : query,
          filter: [{ conditions: [{ field, operator: 'equals', value: `no such value ${value}` }] }],
        });
        expect([200, 422], JSON.stringify(answer.body)).toContain(answer.status);
        if (answer.status === 200) expect(answer.body.results).toEqual([]);
      }),
      { numRuns: 60 },
    );
    for (const text of [`x' or '1'='1`, '%', '../..']) {
      const listed = await service.api('GET', `/v1/source-connections?collection=${encodeURIComponent(text)}`);
      expect(listed.body).toEqual([]);
    }
  });
});
