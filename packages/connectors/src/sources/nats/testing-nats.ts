import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import { Holding } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { type ProbeOptions, probeStream, readPages } from '../../testing/connector-probe.ts';
import { type RunningNats, startNats } from '../../testing/nats-server.ts';
import { nats } from './index.ts';

export interface TestNats {
  server(): RunningNats;
  /** Another program on the same server. */
  manager(): JetStreamManager;
  publish(subject: string, payload?: unknown, head?: Readonly<Record<string, string>>): Promise<number>;
  config(more?: object): object;
  stream(name: string, options?: Omit<ProbeOptions, 'config'> & { readonly config?: object }): Promise<Stream>;
}

const bytesOf = (payload: unknown): Uint8Array | string =>
  payload instanceof Uint8Array || typeof payload === 'string' ? payload : JSON.stringify(payload);

/** A server with JetStream for the tests of one file. */
export function testNats(program: string | undefined): TestNats {
  let server: RunningNats;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  beforeAll(async () => {
    if (program === undefined) return;
    server = await startNats({ program });
    connection = await connect({ servers: `${server.host}:${server.port}` });
    manager = await jetstreamManager(connection);
  });
  afterAll(async () => {
    await connection?.close();
    await server?.stop();
  });
  const config = (more: object = {}) => ({ host: server.host, port: server.port, ...more });
  return {
    server: () => server,
    manager: () => manager,
    async publish(subject, payload = '', head = {}) {
      const marks = headers();
      for (const [name, value] of Object.entries(head)) marks.set(name, value);
      const { seq } = await manager.jetstream().publish(subject, bytesOf(payload), { headers: marks });
      return seq;
    },
    config,
    stream: (name, given = {}) => probeStream(nats, name, { ...given, config: config(given.config) }),
  };
}

/** An engine in small: reads from the last cursor and keeps what a store would hold. */
export class Reader {
  readonly holding = new Holding();
  readonly #stream: Stream;
  cursor: unknown;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  async read(stream = this.#stream): Promise<Page<JsonObject>[]> {
    this.holding.begin();
    const since = this.cursor === undefined ? undefined : stream.parseCursor(this.cursor);
    const pages = await readPages(stream, since);
    for (const page of pages) {
      this.holding.take(stream, page);
      if (page.cursor !== undefined) this.cursor = JSON.parse(JSON.stringify(page.cursor));
    }
    return pages;
  }

  keys(): string[] {
    return this.holding.sorted().map(([key]) => key);
  }

  rows(): JsonObject[] {
    return this.holding.sorted().map(([, row]) => JSON.parse(row) as JsonObject);
  }
}
