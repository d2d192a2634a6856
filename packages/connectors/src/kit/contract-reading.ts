import type { ConnectorContext } from './context.ts';
import type { Connector, Slice, Stream } from './connector.ts';
import { createContext, parseConfig, parseCredentials } from './connector-context.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import type { JsonObject } from './json.ts';
import type { NetworkPolicy } from './network-guard.ts';
import type { Page } from './page.ts';

/** The system that a connector is tested against, as a person would configure it. */
export interface ContractSubject {
  readonly config: unknown;
  /** Plant a canary: every text in here is looked for in logs, records, cursors and errors. */
  readonly credentials?: unknown;
  readonly policy?: NetworkPolicy;
  readonly roots?: readonly string[];
  readonly refused?: readonly string[];
  readonly cursorField?: string;
  /** Streams to read; all by default. */
  readonly streams?: readonly string[];
  /** Origin of the local server that plays the source, for connectors that speak HTTP. */
  readonly upstream?: string;
}

export interface Reading {
  readonly ctx: ConnectorContext;
  readonly logs: readonly string[];
  /** Hosts that were asked, as the connector spelled them. */
  readonly hosts: ReadonlySet<string>;
  /** Milliseconds that were waited on the context's clock. */
  waited(): number;
  abort(): void;
  close(): Promise<void>;
}

/** Notes the host of every request and, when there is an `origin`, sends the request there instead. */
function watched(http: HttpClient, origin: string | undefined, hosts: Set<string>): HttpClient {
  const noted = (request: HttpRequest): HttpRequest => {
    const url = new URL(request.url);
    hosts.add(url.hostname);
    return { ...request, url: origin === undefined ? url : new URL(`${url.pathname}${url.search}`, origin) };
  };
  return {
    request: async (request) => http.request(noted(request)),
    open: async (request) => http.open(noted(request)),
  };
}

/** A context of real parts whose clock is hurried: waits are counted and not slept. */
export function startReading(connector: Connector, subject: ContractSubject, origin?: string): Reading {
  const logs: string[] = [];
  const hosts = new Set<string>();
  const abort = new AbortController();
  let skipped = 0;
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void logs.push(
      `${message} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? `${value.message} ${String(value.cause)}` : value))}`,
    );
  const ctx = createContext({
    connector,
    config: parseConfig(connector, subject.config),
    credentials: parseCredentials(connector, subject.credentials ?? {}),
    policy: subject.policy ?? { allow: ['127.0.0.0/8', '::1/128'] },
    roots: subject.roots ?? [],
    refused: subject.refused ?? [],
    clock: {
      now: () => Date.now() + skipped,
      sleep: (ms, signal) => {
        signal?.throwIfAborted();
        skipped += ms;
        return Promise.resolve();
      },
    },
    log: { debug: note, info: note, warn: note },
    signal: abort.signal,
    ...(subject.cursorField !== undefined && { cursorField: subject.cursorField }),
  });
  return {
    ctx: { ...ctx, http: watched(ctx.http, origin, hosts) },
    logs,
    hosts,
    waited: () => skipped,
    abort: () => abort.abort(),
    close: () => ctx.close(),
  };
}

export async function streamsOf(
  connector: Connector,
  subject: ContractSubject,
  reading: Reading,
): Promise<readonly Stream[]> {
  const streams = await connector.discover(reading.ctx);
  return streams.filter((stream) => subject.streams?.includes(stream.name) ?? true);
}

/** A stream's scopes: its slices, or the one that has no name. */
export async function scopesOf(stream: Stream): Promise<readonly (Slice | undefined)[]> {
  return stream.slices ? await stream.slices() : [undefined];
}

export const jsonCopy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/**
 * What an engine would hold after some pages: upserts by key, the last version wins; deletes and the sweep at the end of
 * a complete listing are obeyed.
 */
export class Holding {
  readonly records = new Map<string, string>();
  #named = new Set<string>();

  take(stream: Stream, page: Page<JsonObject, unknown>): void {
    for (const row of page.upserts) {
      const key = stream.key(row);
      this.records.set(key, JSON.stringify(stream.fields?.(row) ?? row));
      this.#named.add(key);
    }
    for (const key of page.present ?? []) this.#named.add(key);
    for (const key of page.deletes ?? []) this.records.delete(key);
    if (page.complete) this.sweep();
  }

  /** A new job: what was named before counts no more. */
  begin(): void {
    this.#named = new Set();
  }

  sweep(): void {
    for (const key of this.records.keys()) if (!this.#named.has(key)) this.records.delete(key);
  }

  sorted(): readonly (readonly [string, string])[] {
    return [...this.records].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}
