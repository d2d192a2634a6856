import { describe, expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { jira } from './index.ts';

const config = { site: 'acme.atlassian.net', email: 'mira@example.com' };
const credentials = { api_token: 'canary-jira-4711' };
const basic = `Basic ${Buffer.from('mira@example.com:canary-jira-4711').toString('base64')}`;

describeManifestSource(jira, import.meta.dirname, {
  config,
  credentials,
  hosts: ['acme.atlassian.net'],
  lets: ({ authorization }) => authorization === basic,
  knows: {
    projects: ['key', 'OPS'],
    issues: ['description', 'Pump 4 drips . close valve & wait order a seal'],
    comments: ['url', 'https://acme.atlassian.net/browse/WAT-1?focusedCommentId=30003'],
    users: ['name', 'Jon Berg'],
  },
});

describe('Jira', () => {
  const asking = async (settings: JsonObject) => {
    const urls: string[] = [];
    const server = await startRecordedServer([], {
      lets(_headers, url) {
        urls.push(`${url.pathname}${url.search}`);
        return true;
      },
    });
    const reading = startReading(jira, { config: { ...config, ...settings }, credentials }, server.origin);
    try {
      const streams = await jira.discover(reading.ctx);
      const issues = streams.find(({ name }) => name === 'issues');
      await Array.fromAsync(issues!.read({ updated: String(Math.floor(Date.now() / 1000) - 3600) })).catch(() => []);
    } finally {
      await reading.close();
      await server.close();
    }
    return { url: new URL(urls[0] ?? '', 'http://x'), hosts: [...reading.hosts] };
  };

  test('is asked by way of the gateway when there is a cloud ID', async () => {
    const cloud_id = '1324a887-45db-1bf4-1e99-ef0ff456d421';
    const { url, hosts } = await asking({ cloud_id });
    expect(hosts).toEqual(['api.atlassian.com']);
    expect(url.pathname).toBe(`/ex/jira/${cloud_id}/rest/api/3/search/jql`);
  });

  test('is asked for what changed since, in minutes back from now, and in the chosen projects only', async () => {
    const { url } = await asking({ projects: ['WAT', 'ENG'] });
    expect(url.searchParams.get('jql')).toMatch(
      /^project in \("WAT","ENG"\) and updated >= "-7\dm" order by updated asc$/,
    );
  });

  test('refuses a credential although it answers 200 with what is public', async () => {
    const response = { status: 200, headers: { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }, body: { json: {} } };
    const url = 'https://acme.atlassian.net/rest/api/3/project/search?expand=*&maxResults=*';
    const server = await startRecordedServer([{ request: { method: 'GET', url }, response }]);
    const reading = startReading(jira, { config, credentials }, server.origin);
    await expect(jira.check(reading.ctx)).rejects.toMatchObject({ reason: 'credential' });
    await reading.close();
    await server.close();
  });
});
