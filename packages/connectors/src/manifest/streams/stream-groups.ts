import type { Json } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';

/** The end of the last read in each group, so that the next one waits for it. */
const turns = new WeakMap<Build, Map<string, Promise<void>>>();

/**
 * Waits until no other stream of the same `stream_groups` is read (`BlockSimultaneousSyncsAction`). Returns what lets the next
 * one go on. Rejects with the reason of the context's signal when that is aborted first.
 */
export async function inStreamGroups(stream: string, build: Build): Promise<() => void> {
  const leaving: (() => void)[] = [];
  const leave = (): void => {
    for (const done of leaving) done();
  };
  // In one order for all streams, so that two never wait for each other.
  for (const group of groupsOf(stream, build.manifest)) {
    const tails = turns.get(build) ?? new Map<string, Promise<void>>();
    turns.set(build, tails);
    const before = tails.get(group) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    tails.set(
      group,
      before.then(() => promise),
    );
    leaving.push(resolve);
    try {
      await abortable(before, build.ctx.signal);
    } catch (error) {
      leave();
      throw error;
    }
  }
  return leave;
}

function groupsOf(stream: string, manifest: Component): readonly string[] {
  const groups = manifest['stream_groups'];
  if (typeof groups !== 'object' || groups === null || Array.isArray(groups)) return [];
  return Object.entries(groups)
    .filter(([, group]) => blocks(group as Component | undefined, stream))
    .map(([name]) => name)
    .toSorted();
}

function blocks(group: Component | undefined, stream: string): boolean {
  const { action, streams } = group ?? { type: '' };
  const isBlocking = (action as Component | undefined)?.type === 'BlockSimultaneousSyncsAction';
  return (
    isBlocking && Array.isArray(streams) && streams.some((member: Json) => (member as Component)['name'] === stream)
  );
}

async function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
