import { describe, expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { linear } from './index.ts';

const credentials = { api_key: 'canary-linear-4711' };

describeManifestSource(linear, import.meta.dirname, {
  config: {},
  credentials,
  hosts: ['api.linear.app'],
  lets: ({ authorization }) => authorization === 'canary-linear-4711',
  knows: {
    issues: ['labels', ['valve', "it's urgent"]],
    comments: ['body', 'Ordered ten.'],
    projects: ['name', 'East wing'],
    documents: ['title', 'How to change a seal'],
    teams: ['key', 'ENG'],
    users: ['email', 'jon@example.com'],
  },
});

describe('an answer of Linear with errors', () => {
  const check = async (status: number, code: string, headers: Readonly<Record<string, string>> = {}) => {
    const body = { json: { errors: [{ message: 'No.', extensions: { code } }] } };
    const request = { method: 'POST', url: 'https://api.linear.app/graphql' };
    const server = await startRecordedServer([{ request, response: { status, headers, body } }]);
    const reading = startReading(linear, { config: {}, credentials }, server.origin);
    try {
      return await linear.check(reading.ctx).catch((error: unknown) => error);
    } finally {
      await reading.close();
      await server.close();
    }
  };

  test.each([200, 400])('is a refused credential when its code says so, with status %i', async (status) => {
    expect(await check(status, 'AUTHENTICATION_ERROR')).toMatchObject({ reason: 'credential' });
  });

  test.each([1000, 1])(
    'is a limit that ends at the time in a header, counted in parts of %i a second',
    async (parts) => {
      const reset = String((Math.floor(Date.now() / 1000) + 1800) * parts);
      const error = await check(400, 'RATELIMITED', { 'x-ratelimit-requests-reset': reset });
      expect(error).toMatchObject({ reason: 'rate_limited' });
      const { retryAfterMs } = error as { readonly retryAfterMs: number };
      expect(Math.round(retryAfterMs / 60_000)).toBe(30);
    },
  );

  test('is no answer with any other code', async () => {
    expect(await check(200, 'GRAPHQL_VALIDATION_FAILED')).toMatchObject({ reason: 'invalid_answer' });
  });
});
