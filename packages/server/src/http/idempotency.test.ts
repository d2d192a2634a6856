import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { BodyAnswer } from './answer.ts';
import { type IdempotentRequest, IdempotentAnswers } from './idempotency.ts';

let now = 1_800_000_000_000;
const clock: Clock = { now: () => now, sleep: async () => undefined };
const organizationId = newId<Actor['organizationId']>();
let control: ControlStore;
let remove: () => Promise<void>;
let answers: IdempotentAnswers;
let runs = 0;

beforeAll(async () => {
  const home = await sqliteHome();
  control = await home.open();
  remove = () => home.remove();
  await control.db.insertInto('organization').values({ id: organizationId, name: 'A', created_at: 1 }).execute();
});
afterAll(async () => {
  await control.close();
  await remove();
});
beforeEach(() => {
  runs = 0;
  answers = new IdempotentAnswers({ control, clock });
});

const actor = {
  organizationId,
  apiKeyId: newId<Actor['apiKeyId']>(),
  name: 'A',
  email: 'a@b.c',
  scopes: new Set(),
} as Actor;
const request = (key: string, changes: Partial<IdempotentRequest> = {}): IdempotentRequest => ({
  actor,
  key,
  presentedKey: 'trib_caller',
  method: 'POST',
  url: '/things',
  body: { password: 'hunter2' },
  ...changes,
});
const answer = (status = 201, text = '{"claim_token":"shown-once"}'): BodyAnswer => ({
  type: 'body',
  status,
  headers: { location: '/things/1' },
  text,
});
const work = async () => {
  runs += 1;
  return answer();
};
/** A request whose work has begun and goes on until `finish`. */
async function unfinished(one: IdempotentRequest) {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<BodyAnswer>();
  const first = answers.run(one, () => {
    begun.resolve();
    return held.promise;
  });
  await begun.promise;
  return { first, finish: () => held.resolve(answer()) };
}
const code = (value: string) => expect.objectContaining({ code: value });

describe('a repeated Idempotency-Key', () => {
  it('gets the first answer again, with its status and headers, and nothing is done twice', async () => {
    expect(await answers.run(request('a'), work)).toEqual(answer());
    expect(await answers.run(request('a'), work)).toEqual(answer());
    expect(runs).toBe(1);
  });

  it('is refused for another request', async () => {
    await answers.run(request('b'), work);
    for (const changes of [{ body: {} }, { url: '/others' }, { method: 'PATCH' }]) {
      await expect(answers.run(request('b', changes), work)).rejects.toThrow(code('idempotency_key_reused'));
    }
  });

  it('is refused while the first request goes on, and does its work once when many come together', async () => {
    const { first, finish } = await unfinished(request('c'));
    await expect(answers.run(request('c'), work)).rejects.toThrow(code('idempotency_in_progress'));
    finish();
    await first;
    expect(await answers.run(request('c'), work)).toEqual(answer());
    const together = await Promise.allSettled(Array.from({ length: 10 }, () => answers.run(request('d'), work)));
    expect(together.some((one) => one.status === 'fulfilled')).toBe(true);
    expect(runs).toBe(1);
  });

  it('is free again after a failure of ours', async () => {
    const failing = async () => Promise.reject(new Error('disk'));
    await expect(answers.run(request('e'), failing)).rejects.toThrow('disk');
    await answers.run(request('e'), async () => answer(503));
    expect(await answers.run(request('e'), work)).toEqual(answer());
  });

  it('is taken over when its first request was lost with its process', async () => {
    await unfinished(request('f'));
    await expect(answers.run(request('f'), work)).rejects.toThrow(code('idempotency_in_progress'));
    now += 121_000;
    expect(await answers.run(request('f'), work)).toEqual(answer());
  });

  it('is forgotten after a day', async () => {
    await answers.run(request('g'), work);
    now += 86_400_001;
    await answers.run(request('g', { body: 'another' }), work);
    expect(runs).toBe(2);
  });

  it('belongs to an API key', async () => {
    await answers.run(request('h'), work);
    await answers.run(request('h', { actor: { ...actor, apiKeyId: newId() } }), work);
    expect(runs).toBe(2);
  });

  it('F1-3 leaves nothing readable in the database, neither of the request nor of the answer', async () => {
    await answers.run(request('i'), work);
    const rows = JSON.stringify(await control.db.selectFrom('idempotency_key').selectAll().execute());
    expect(rows).not.toMatch(/hunter2|shown-once|trib_caller/);
  });

  it.each(['', ' ', 'x'.repeat(256), 'a\nb', 'é'])('is refused when it is %j', async (key) => {
    await expect(answers.run(request(key), work)).rejects.toThrow(code('invalid_request'));
  });
});
