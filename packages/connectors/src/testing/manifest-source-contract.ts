import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeConnector } from '../kit/connector-contract.ts';
import type { Connector, Stream } from '../kit/connector.ts';
import { startReading, type Reading } from '../kit/contract-reading.ts';
import type { JsonObject } from '../kit/json.ts';
import { parseExchanges } from '../recording/exchange.ts';
import { type RecordedServer, startRecordedServer } from './recorded-server.ts';

export interface ManifestSourceSubject {
  readonly config: JsonObject;
  /** Plant a canary in each. */
  readonly credentials: JsonObject;
  /** The hosts that may be asked. */
  readonly hosts: readonly string[];
  /** Whether a request carries the credentials as the vendor wants them. */
  readonly lets: (headers: IncomingMessage['headers'], url: URL) => boolean;
  /** A field of each stream by which a person would know one of its recorded records, and its value. */
  readonly knows: Readonly<Record<string, readonly [path: string, value: unknown]>>;
}

/**
 * What every source of ours that is a manifest promises, judged by `recorded.json` in its folder: answers in the shape that the
 * vendor documents, of two pages at least where there are pages.
 */
export function describeManifestSource(connector: Connector, folder: string, subject: ManifestSourceSubject): void {
  const exchanges = parseExchanges(JSON.parse(readFileSync(join(folder, 'recorded.json'), 'utf8')));
  let contractServer: RecordedServer;
  describeConnector(connector, {
    http: { hosts: subject.hosts },
    async prepare() {
      contractServer = await startRecordedServer(exchanges, subject);
      return { config: subject.config, credentials: subject.credentials, upstream: contractServer.origin };
    },
    cleanup: () => contractServer.close(),
  });

  describe(`the manifest of ${connector.id}`, () => {
    let server: RecordedServer;
    let reading: Reading;
    beforeAll(async () => {
      server = await startRecordedServer(exchanges, subject);
      reading = startReading(connector, subject, server.origin);
    });
    afterAll(async () => {
      await reading.close();
      await server.close();
    });

    test('reads every stream, asks for nothing that was not recorded, and leaves out no page', async () => {
      const streams = await connector.discover(reading.ctx);
      expect(streams.map(({ name }) => name).toSorted()).toEqual(Object.keys(subject.knows).toSorted());
      for (const stream of streams) {
        const rows = await rowsOf(stream);
        const [path, value] = subject.knows[stream.name] ?? ['', undefined];
        expect(
          rows.map((row) => valueAt(row, path)),
          stream.name,
        ).toContainEqual(value);
        for (const row of rows) expectUseful(stream, row);
      }
      expect(server.unknown).toEqual([]);
      expect(server.unused.map(({ request }) => `${request.method} ${request.url}`)).toEqual([]);
    });
  });
}

async function rowsOf(stream: Stream): Promise<readonly JsonObject[]> {
  const pages = await Array.fromAsync(stream.read(undefined));
  return pages.flatMap((page) => page.upserts);
}

const valueAt = (row: JsonObject, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => (value as JsonObject | undefined)?.[part], row);

/** A record that a person can find, and open or date. */
function expectUseful(stream: Stream, row: JsonObject): void {
  const description = stream.describe?.(row);
  expect(description?.name ?? stream.text?.(row) ?? '', `${stream.name} has no name or text`).not.toBe('');
  expect(stream.primaryKey ?? [], `${stream.name} has no primary key`).not.toHaveLength(0);
}
