import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpRig } from '../kit/http-rig.ts';
import { Secret } from '../kit/secret.ts';
import { recordingClient } from './recording-client.ts';
import { Tape } from './tape.ts';

let rig: HttpRig;
beforeEach(() => {
  rig = new HttpRig();
});
afterEach(() => rig.close());

async function recording() {
  const { origin } = await rig.serve((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'session=1' });
    response.end(JSON.stringify({ url: request.url, auth: request.headers.authorization ?? null }));
  });
  const tape = new Tape();
  return { origin, tape, client: recordingClient(rig.client(), tape) };
}

test('questions and answers are written down, whole ones and streams', async () => {
  const { origin, tape, client } = await recording();
  await client.request({ url: `${origin}/a`, query: { page: 1 } });
  const opened = await client.open({ url: `${origin}/b`, method: 'POST', json: { q: 1 }, idempotent: true });
  expect(tape.exchanges()).toHaveLength(1);
  await Array.fromAsync(opened.body);
  expect(tape.exchanges()).toMatchObject([
    {
      request: { method: 'GET', url: `${origin}/a?page=1` },
      response: { status: 200, body: { json: { url: '/a?page=1' } } },
    },
    { request: { method: 'POST', body: { json: { q: 1 } } }, response: { body: { json: { url: '/b' } } } },
  ]);
});

test('what is marked as secret in any request is in no exchange, not even in earlier ones', async () => {
  const { origin, tape, client } = await recording();
  await client.request({ url: `${origin}/early-canary` });
  await client.request({ url: `${origin}/a`, headers: { authorization: new Secret('Bearer early-canary') } });
  await client.request({ url: `${origin}/b`, query: { odd: new Secret('query canary') } });
  const authorization = {
    header: () => Promise.resolve(new Secret('Bearer granted-canary')),
    renew: () => Promise.resolve(false),
  };
  await client.request({ url: `${origin}/c`, authorization });
  const written = JSON.stringify(tape.exchanges());
  expect(written).not.toMatch(/canary|session=1/);
  expect(written).toContain('recorded-secret');
});

test('of a question with one answer one exchange is kept, and with several all in their order', async () => {
  const tape = new Tape();
  const add = (status: number): void =>
    tape.add({ request: { method: 'GET', url: 'https://a.test/' }, response: { status, headers: {} } });
  add(200);
  add(200);
  expect(tape.exchanges().map(({ response }) => response.status)).toEqual([200]);
  add(503);
  expect(tape.exchanges().map(({ response }) => response.status)).toEqual([200, 200, 503]);
});
