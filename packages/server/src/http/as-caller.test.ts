import { expect, test } from 'vitest';
import type { Actor } from '../auth/actor.ts';
import { currentScope, runForEveryone } from '../control/tenant-scope.ts';
import { asId, type ApiKeyId, type OrganizationId } from '../lib/ids.ts';
import { asCaller, eventsAsCaller } from './as-caller.ts';

const organizationId = asId<OrganizationId>('one');
const actor: Actor = {
  organizationId,
  apiKeyId: asId<ApiKeyId>('key'),
  name: 'One',
  email: 'one@example.com',
  scopes: new Set(),
};

test('F1-11 a request is its organization’s, and nobody’s without a key, whatever the server was started for', () => {
  runForEveryone(() => {
    expect(asCaller(actor, currentScope)).toEqual({ organizationId });
    expect(asCaller(undefined, currentScope)).toBeUndefined();
    expect(currentScope()).toBe('everyone');
  });
});

test('F1-11 events come from their organization, to their last clean-up, wherever they are asked for', async () => {
  const seen: unknown[] = [];
  async function* source() {
    try {
      for (;;) {
        seen.push(currentScope());
        await Promise.resolve();
        seen.push(currentScope());
        yield 'event';
      }
    } finally {
      seen.push(currentScope());
    }
  }
  const events = eventsAsCaller(actor, source());
  await runForEveryone(async () => {
    const iterator = events[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 'event' });
    await iterator.next();
    await iterator.return?.();
  });
  expect(seen).toEqual(Array.from({ length: 5 }, () => ({ organizationId })));
});
