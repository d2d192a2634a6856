import type { Connector, Slice, Stream } from '../kit/connector.ts';
import { createContext, parseConfig, parseCredentials } from '../kit/connector-context.ts';
import type { Clock, Logger } from '../kit/context.ts';
import type { OwnedContext } from '../kit/connector-context.ts';
import type { Lookup } from '../kit/network-guard.ts';
import type { JsonObject } from '../kit/json.ts';
import type { Page } from '../kit/page.ts';

/** A clock whose sleeps take no time: they move the hand on at once. */
export function handClock(start = Date.UTC(2026, 0, 1)): Clock & { set(now: number): void } {
  let now = start;
  return {
    now: () => now,
    set: (to) => (now = to),
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      now += ms;
      return Promise.resolve();
    },
  };
}

export const silentLog: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

export interface ProbeOptions {
  readonly config?: unknown;
  readonly credentials?: unknown;
  readonly cursorField?: string;
  readonly followMs?: number;
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly roots?: readonly string[];
  /** Address ranges that may be reached beside the public ones; default all. */
  readonly allow?: readonly string[] | 'all';
  /** Answers for host names, instead of DNS. */
  readonly lookup?: Lookup;
}

/** A context as the engine would make it, with the private network open and a clock that does not wait. */
export function probeContext(connector: Connector, options: ProbeOptions = {}): OwnedContext {
  return createContext({
    connector,
    config: parseConfig(connector, options.config ?? {}),
    credentials: parseCredentials(connector, options.credentials ?? {}),
    policy: { allow: options.allow ?? 'all' },
    roots: options.roots ?? [],
    refused: [],
    clock: options.clock ?? handClock(),
    log: options.log ?? silentLog,
    signal: options.signal ?? new AbortController().signal,
    ...(options.lookup && { lookup: options.lookup }),
    ...(options.cursorField !== undefined && { cursorField: options.cursorField }),
    ...(options.followMs !== undefined && { followMs: options.followMs }),
  });
}

export async function probeStream(connector: Connector, name: string, options: ProbeOptions = {}): Promise<Stream> {
  const streams = await connector.discover(probeContext(connector, options));
  const found = streams.find((stream) => stream.name === name);
  if (!found) throw new Error(`no stream ${name}; there are ${streams.map((stream) => stream.name).join(', ')}`);
  return found;
}

/** Every page of a read, to its end. */
export async function readPages(stream: Stream, since?: unknown, slice?: Slice): Promise<Page<JsonObject>[]> {
  return Array.fromAsync(stream.read(since, slice));
}

/** The rows of the pages by their key; a later one wins, as in the engine. */
export function rowsByKey(stream: Stream, pages: readonly Page<JsonObject>[]): Map<string, JsonObject> {
  return new Map(pages.flatMap((page) => page.upserts.map((row) => [stream.key(row), row] as const)));
}
