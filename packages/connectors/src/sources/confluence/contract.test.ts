import { expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { confluence } from './index.ts';

const config = { site: 'acme.atlassian.net', email: 'mira@example.com' };
const credentials = { api_token: 'canary-confluence-4711' };
const basic = `Basic ${Buffer.from('mira@example.com:canary-confluence-4711').toString('base64')}`;

describeManifestSource(confluence, import.meta.dirname, {
  config,
  credentials,
  hosts: ['acme.atlassian.net'],
  lets: ({ authorization }) => authorization === basic,
  knows: {
    spaces: ['url', 'https://acme.atlassian.net/wiki/spaces/WAT'],
    pages: ['content', 'Steps Close the valve & wait. Mind the pressure'],
    blog_posts: ['title', 'New pumps'],
    comments: ['url', 'https://acme.atlassian.net/wiki/spaces/WAT/pages/101?focusedCommentId=301'],
    inline_comments: ['content', 'Which valve?'],
  },
});

test('pages of Confluence follow each other by way of the gateway when there is a cloud ID', async () => {
  const cloud_id = '1324a887-45db-1bf4-1e99-ef0ff456d421';
  const path = `/ex/confluence/${cloud_id}/wiki/api/v2/spaces?description-format=plain&limit=250`;
  const answer = (id: string, next?: string) => ({
    status: 200,
    headers: {},
    body: { json: { results: [{ id, key: id, name: id }], _links: next === undefined ? {} : { next } } },
  });
  const next = '/wiki/api/v2/spaces?description-format=plain&limit=250&cursor=c2';
  const asked = (url: string) => ({ method: 'GET', url: `https://api.atlassian.com${url}` });
  const server = await startRecordedServer([
    { request: asked(path), response: answer('1', next) },
    { request: asked(`${path}&cursor=c2`), response: answer('2') },
  ]);
  const reading = startReading(confluence, { config: { ...config, cloud_id }, credentials }, server.origin);
  const [spaces] = await confluence.discover(reading.ctx);
  const pages = await Array.fromAsync(spaces!.read(undefined));
  expect(pages.flatMap(({ upserts }) => upserts.map(({ id }) => id))).toEqual(['1', '2']);
  expect([...reading.hosts]).toEqual(['api.atlassian.com']);
  await reading.close();
  await server.close();
});
