import { expect, test } from 'vitest';
import { TributaryClient } from './client.ts';
import { sendJson, startTestServer } from './testing-server.ts';

test('asks the catalogue of integration sources in its own words', async () => {
  await using server = await startTestServer(({ method }, response) =>
    method === 'DELETE' ? void response.writeHead(204).end() : sendJson(response, 200, []),
  );
  const { integrationSources } = new TributaryClient({ url: server.url, apiKey: 'trib_test' });
  await Array.fromAsync(integrationSources.list({ sourceType: 'database', isActive: true }));
  await integrationSources.create({ name: 'Shop', source_type: 'database', connector_type: 'postgresql' });
  await integrationSources.update('a b', { instance_label: 'US' });
  await integrationSources.select('1', null);
  await integrationSources.sync('1', { collection: 'notes' });
  await integrationSources.columns('1', { activeOnly: true });
  await integrationSources.decideRelationship('2', { status: 'APPROVED' });
  expect(await integrationSources.delete('1')).toBeUndefined();
  expect(server.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', '/api/integration-sources?source_type=database&is_active=true&limit=100', undefined],
    ['POST', '/api/integration-sources', { name: 'Shop', source_type: 'database', connector_type: 'postgresql' }],
    ['PUT', '/api/integration-sources/a%20b', { instance_label: 'US' }],
    ['PUT', '/api/integration-sources/1/streams', { selected_streams: null }],
    ['POST', '/api/integration-sources/1/sync', { full_refresh: false, collection: 'notes' }],
    ['GET', '/api/integration-sources/1/columns?active_only=true', undefined],
    ['PUT', '/api/integration-sources/relationships/2', { status: 'APPROVED' }],
    ['DELETE', '/api/integration-sources/1', undefined],
  ]);
});
