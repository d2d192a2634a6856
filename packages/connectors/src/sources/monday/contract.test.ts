import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { monday } from './index.ts';

// Two records a page are enough to see that pages are followed.
const config = { page_size: 2 };
const credentials = { api_token: 'canary-monday-4711' };

describeManifestSource(monday, import.meta.dirname, {
  config,
  credentials,
  hosts: ['api.monday.com'],
  lets: ({ authorization }) => authorization === 'canary-monday-4711',
  knows: {
    users: ['name', 'Mira Sommer'],
    boards: ['name', 'Pumps'],
    items: ['text', 'Status: Stuck\nPlace: North wing\n'],
    updates: ['url', 'https://acme.monday.com/boards/101/pulses/1002/posts/9002'],
  },
});

describe('an answer of monday.com with status 200 that has errors', () => {
  const check = async (said: object): Promise<unknown> => {
    const server = createServer((_request, response) => response.end(JSON.stringify(said)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const reading = startReading(monday, { config, credentials }, origin);
    try {
      return await monday.check(reading.ctx).catch((error: unknown) => error);
    } finally {
      await reading.close();
      server.close();
    }
  };

  test('is a wait when the complexity of a minute is used up', async () => {
    const errors = [{ message: 'Complexity budget exhausted', extensions: { code: 'COMPLEXITY_BUDGET_EXHAUSTED' } }];
    expect(await check({ errors })).toMatchObject({ reason: 'rate_limited' });
  });

  test('is no answer when it says anything else', async () => {
    expect(await check({ errors: [{ message: 'Field does not exist' }] })).toMatchObject({ reason: 'invalid_answer' });
  });
});
