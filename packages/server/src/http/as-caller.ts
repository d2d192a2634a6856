import type { Actor } from '../auth/actor.ts';
import { runAs, runForNobody } from '../control/tenant-scope.ts';

/** Runs the work of a request for the organization that sent it; a request without a key is nobody's. */
export function asCaller<T>(actor: Actor | undefined, work: () => T): T {
  return actor ? runAs(actor.organizationId, work) : runForNobody(work);
}

/** The same for events, whose source goes on in whatever context the next one is asked for. */
export function eventsAsCaller<T>(actor: Actor | undefined, events: AsyncIterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = asCaller(actor, () => events[Symbol.asyncIterator]());
      return {
        next: () => asCaller(actor, () => iterator.next()),
        return: () =>
          asCaller(actor, () => iterator.return?.() ?? Promise.resolve({ done: true as const, value: undefined })),
      };
    },
  };
}
