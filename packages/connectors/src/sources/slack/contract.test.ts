import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { slack } from './index.ts';

const config = { start_date: '2026-01-01' };
const credentials = { api_token: 'xoxb-canary-4711' };

describeManifestSource(slack, import.meta.dirname, {
  config,
  credentials,
  hosts: ['slack.com'],
  lets: ({ authorization }) => authorization === 'Bearer xoxb-canary-4711',
  knows: {
    channels: ['name', 'pumps'],
    users: ['title', 'Mira Sommer'],
    messages: ['url', 'https://app.slack.com/archives/C0AAAAAA1/p1781200000000200'],
    replies: ['text', 'Done, it was the seal.'],
  },
});

describe('an answer of Slack with status 200 that is not ok', () => {
  const check = async (said: object): Promise<unknown> => {
    const server = createServer((_request, response) => response.end(JSON.stringify({ ok: false, ...said })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const reading = startReading(slack, { config, credentials }, origin);
    try {
      return await slack.check(reading.ctx).catch((error: unknown) => error);
    } finally {
      await reading.close();
      server.close();
    }
  };

  test.each(['invalid_auth', 'not_authed', 'token_revoked', 'account_inactive', 'missing_scope'])(
    'is a refused credential when it says %s',
    async (error) => {
      expect(await check({ error })).toMatchObject({ reason: 'credential', message: expect.stringContaining(error) });
    },
  );

  test('is a wait when it says ratelimited', async () => {
    expect(await check({ error: 'ratelimited' })).toMatchObject({ reason: 'rate_limited' });
  });

  test('is no answer when it says anything else', async () => {
    expect(await check({ error: 'team_added_to_org' })).toMatchObject({ reason: 'invalid_answer' });
  });
});
