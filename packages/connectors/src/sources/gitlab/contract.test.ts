import { expect, test } from 'vitest';
import type { HttpRequest } from '../../kit/http-client.ts';
import { Secret } from '../../kit/secret.ts';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { gitlab } from './index.ts';

describeManifestSource(gitlab, import.meta.dirname, {
  config: { groups: ['acme/tools'], start_date: '2026-01-01' },
  credentials: { access_token: 'canary-gitlab-4711' },
  hosts: ['gitlab.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-gitlab-4711',
  knows: {
    projects: ['path_with_namespace', 'acme/tools/website'],
    issues: ['title', 'The pump stops at night'],
    merge_requests: ['web_url', 'https://gitlab.com/acme/tools/pump/-/merge_requests/1'],
    issue_notes: ['web_url', 'https://gitlab.com/acme/tools/pump/-/issues/1#note_5003'],
    merge_request_notes: ['body', 'Please rename the flag.'],
    wiki_pages: ['web_url', 'https://gitlab.com/acme/tools/website/-/wikis/howto/deploy%20it'],
  },
});

/** The requests by which projects are listed with these settings. */
async function listsOf(config: object): Promise<readonly string[]> {
  const server = await startRecordedServer([]);
  const reading = startReading(gitlab, { config, credentials: { access_token: 'canary' } }, server.origin);
  const [projects] = await gitlab.discover(reading.ctx);
  await Array.fromAsync(projects!.read(undefined)).catch(() => undefined);
  await reading.close();
  await server.close();
  return server.unknown.map((request) => request.replace('&per_page=100', '')).toSorted();
}

test('lists the projects of groups and those that are named, and without either those of the member', async () => {
  expect(await listsOf({ groups: ['acme/tools'], projects: ['acme/website', 'o/p'] })).toEqual([
    'GET /api/v4/groups/acme%2Ftools/projects?include_subgroups=true&order_by=id&sort=asc',
    'GET /api/v4/projects/acme%2Fwebsite?per_page=100',
    'GET /api/v4/projects/o%2Fp?per_page=100',
  ]);
  expect(await listsOf({})).toEqual(['GET /api/v4/projects?membership=true&order_by=id&sort=asc']);
});

test('sends a granted token to GitLab.com only', async () => {
  const reading = startReading(gitlab, {
    config: { base_url: 'https://gitlab.example.com' },
    credentials: { access_token: 'canary' },
  });
  const header = (): Promise<Secret> => Promise.resolve(new Secret('Bearer canary'));
  const credentials = { authorization: { header, renew: () => Promise.resolve(false) }, captured: {} };
  const hosts: string[] = [];
  const request = (asked: HttpRequest): Promise<never> => {
    hosts.push(new URL(asked.url).host);
    return Promise.reject(new Error('asked enough'));
  };
  const ctx = { ...reading.ctx, credentials, http: { request, open: request } };
  await expect(gitlab.check(ctx)).rejects.toThrow();
  expect(hosts).toEqual(['gitlab.com']);
  await reading.close();
});
