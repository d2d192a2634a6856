import { expect, test } from 'vitest';
import { connectorErrorOf } from '../kit/http-rig.ts';
import { Secret } from '../kit/secret.ts';
import type { Exchange } from './exchange.ts';
import { handClock } from './hand-clock.ts';
import { replayingClient } from './replaying-client.ts';

const answer = (url: string, status = 200, json: object = {}, headers = {}): Exchange => ({
  request: { method: 'GET', url },
  response: { status, headers, body: { json: json as never } },
});

function player(...exchanges: readonly Exchange[]) {
  const clock = handClock(0);
  const { signal } = new AbortController();
  return Object.assign(replayingClient(exchanges, { clock, signal, secrets: ['recorded-secret'] }), { clock });
}

test('answers by the verdict that a source would have had', async () => {
  const client = player(
    answer('https://a.test/gone', 404),
    answer('https://a.test/shut', 403),
    answer('https://a.test/busy', 429, {}, { 'retry-after': '7' }),
    answer('https://a.test/busy', 200, { at: 'last' }),
  );
  expect((await client.request({ url: 'https://a.test/gone', accept: 'all' })).status).toBe(404);
  expect((await client.request({ url: 'https://a.test/gone', accept: [404] })).status).toBe(404);
  expect((await connectorErrorOf(client.request({ url: 'https://a.test/gone' }))).reason).toBe('invalid_answer');
  expect((await connectorErrorOf(client.request({ url: 'https://a.test/shut' }))).reason).toBe('credential');
  expect((await client.request({ url: 'https://a.test/busy' })).json()).toEqual({ at: 'last' });
  expect(client.clock.now()).toBe(7_000);
});

test('a refused authorization is renewed once', async () => {
  const client = player(answer('https://a.test/me', 401), answer('https://a.test/me', 200, { me: 1 }));
  const refused: string[] = [];
  const authorization = {
    header: () => Promise.resolve(new Secret('Bearer one')),
    renew: () => Promise.resolve(refused.push('renewed') === 1),
  };
  expect((await client.request({ url: 'https://a.test/me', authorization })).json()).toEqual({ me: 1 });
  expect(refused).toEqual(['renewed']);
});

test('an opened answer comes as a stream, or as a whole', async () => {
  const client = player(answer('https://a.test/all', 200, { items: [1] }));
  const opened = await client.open({ url: 'https://a.test/all' });
  expect(Buffer.concat(await Array.fromAsync(opened.body)).toString()).toBe('{"items":[1]}');
  const again = await client.open({ url: 'https://a.test/all' });
  expect((await again.whole()).json()).toEqual({ items: [1] });
});

test('secrets of the request are spelled as they were written down', async () => {
  const client = player(answer('https://a.test/x?api_key=recorded-secret&q=recorded-secret', 201));
  const query = { api_key: new Secret('whatever'), q: new Secret('recorded-secret') };
  expect((await client.request({ url: 'https://a.test/x', query })).status).toBe(201);
});

test('a question without an answer is named, without its secrets, and with what is there', async () => {
  const client = player(answer('https://a.test/x?page=1'));
  const query = { page: 2, token: 'a', api_key: new Secret('canary') };
  const { message, reason } = await connectorErrorOf(client.request({ url: 'https://a.test/x', query }));
  expect(reason).toBe('configuration');
  expect(message).toContain('GET https://a.test/x?page=2&token=a&api_key=recorded-secret');
  expect(message).toContain('?page=1');
  expect(message).not.toContain('canary');
  expect(client.unknown).toHaveLength(1);
  expect(client.unused).toHaveLength(1);
});
