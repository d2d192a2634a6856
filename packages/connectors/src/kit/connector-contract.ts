import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { typedIn } from './auth.ts';
import type { Connector, Slice, Stream } from './connector.ts';
import { Holding, jsonCopy, scopesOf, startReading, streamsOf } from './contract-reading.ts';
import type { ContractSubject, Reading } from './contract-reading.ts';
import type { JsonObject } from './json.ts';
import type { Page } from './page.ts';
import { startTurnstile } from './turnstile-server.ts';
import type { Turnstile } from './turnstile-server.ts';

export interface ContractOptions {
  /** Called once, before the first test. The source must stay as it is until `cleanup`. */
  readonly prepare: () => Promise<ContractSubject> | ContractSubject;
  readonly cleanup?: () => Promise<void> | void;
  /** The hosts that the connector may ask; or why it asks none, which is then what is tested. */
  readonly http: { readonly hosts: readonly string[] } | { readonly none: string };
  /** Credentials that the source refuses, for connectors that do not speak HTTP. */
  readonly refusedCredentials?: (subject: ContractSubject) => unknown;
}

const MOST_RESUMES = 20;

interface ScopeRun {
  readonly stream: Stream;
  readonly slice: Slice | undefined;
  readonly pages: readonly Page<JsonObject, unknown>[];
}

async function collect(
  stream: Stream,
  slice: Slice | undefined,
  since?: unknown,
): Promise<readonly Page<JsonObject, unknown>[]> {
  return await Array.fromAsync(stream.read(since, slice));
}

function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* leaves(part);
}

/** Names of the credentials that are secret: the fields whose schema says so. */
function secretFields(connector: Connector): ReadonlySet<string> {
  return new Set(
    typedIn(connector.auth).flatMap((fields) =>
      Object.entries(fields.shape)
        .filter(([, field]) => (field as { meta?: () => { secret?: boolean } | undefined }).meta?.()?.secret)
        .map(([name]) => name),
    ),
  );
}

/** The plain secrets among raw credentials. */
function secretsOf(connector: Connector, credentials: unknown): readonly string[] {
  const secret = secretFields(connector);
  const given = Object.entries((credentials ?? {}) as Record<string, unknown>);
  return given.filter(([name]) => secret.has(name)).flatMap(([, value]) => [...leaves(value)]);
}

const evenly = <T>(items: readonly T[], most: number): readonly T[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, at) => items[Math.floor((at * items.length) / most)]!);

/**
 * What every connector promises, whatever it reads; run it in the connector's own test file. The source is real: a
 * folder, a database, a local server (`subject.upstream`) that plays the API.
 */
export function describeConnector(connector: Connector, options: ContractOptions): void {
  describe(`the connector ${connector.id} keeps the contract`, () => {
    let subject: ContractSubject;
    let turnstile: Turnstile | undefined;
    const readings: Reading[] = [];

    const begin = (changes: Partial<ContractSubject> = {}): Reading => {
      turnstile?.rule(() => undefined);
      const reading = startReading(connector, { ...subject, ...changes }, turnstile?.origin);
      readings.push(reading);
      return reading;
    };

    const readAll = async (reading: Reading): Promise<readonly ScopeRun[]> => {
      const runs: ScopeRun[] = [];
      for (const stream of await streamsOf(connector, subject, reading)) {
        for (const slice of await scopesOf(stream)) runs.push({ stream, slice, pages: await collect(stream, slice) });
      }
      return runs;
    };

    beforeAll(async () => {
      subject = await options.prepare();
      if (subject.upstream !== undefined) turnstile = await startTurnstile(subject.upstream);
    });

    afterAll(async () => {
      await Promise.all(readings.map((reading) => reading.close()));
      await turnstile?.close();
      await options.cleanup?.();
    });

    test('declares endpoint fields that its configuration has', () => {
      expect(connector.id).toMatch(/^[a-z][a-z0-9_-]*$/);
      expect(Object.keys(connector.config.shape)).toEqual(expect.arrayContaining([...connector.endpoint]));
    });

    test('proves that its configuration and credentials work', async () => {
      const { account } = await connector.check(begin().ctx);
      expect(account).not.toBe('');
    });

    test('yields rows that fit their schema, with keys that are unique and stay the same', async () => {
      const reading = begin();
      const runs = await readAll(reading);
      expect(runs.flatMap((run) => run.pages).flatMap((page) => page.upserts)).not.toHaveLength(0);
      const seen = new Map<string, Set<string>>();
      for (const { stream, pages } of runs) {
        const keys = seen.get(stream.name) ?? new Set();
        seen.set(stream.name, keys);
        for (const row of pages.flatMap((page) => page.upserts)) {
          const key = stream.key(row);
          expect(key).not.toBe('');
          expect(keys.has(key), `${stream.name} names ${key} twice`).toBe(false);
          keys.add(key);
          expectWholeRecord(stream, row);
        }
      }
      const again = await readAll(begin());
      for (const [name, keys] of seen) {
        const rows = again
          .filter((run) => run.stream.name === name)
          .flatMap((run) => run.pages.flatMap((page) => page.upserts.map((row) => run.stream.key(row))));
        expect(new Set(rows), name).toEqual(keys);
      }
    });

    test('comes to the same records when it goes on from any cursor it gave', async () => {
      for (const { stream, slice, pages } of await readAll(begin())) {
        const whole = new Holding();
        for (const page of pages) whole.take(stream, page);
        const cuts = pages.flatMap((page, at) => (page.cursor === undefined ? [] : [at]));
        for (const cut of evenly(cuts, MOST_RESUMES)) {
          const resumed = new Holding();
          for (const page of pages.slice(0, cut + 1)) resumed.take(stream, page);
          // A cursor that lasts is handed to the next job, which knows nothing of what this one named.
          if (stream.incremental) resumed.begin();
          const cursor = stream.parseCursor(jsonCopy(pages[cut]!.cursor));
          for (const page of await collect(stream, slice, cursor)) resumed.take(stream, page);
          expect(resumed.sorted(), `${stream.name} after page ${cut + 1}`).toEqual(whole.sorted());
        }
        if (stream.incremental) expect(cuts, `${stream.name} is incremental and gave no cursor`).not.toHaveLength(0);
      }
    });

    test('refuses a cursor of a foreign shape', async () => {
      for (const stream of await streamsOf(connector, subject, begin())) {
        expect(() => stream.parseCursor(['not a cursor of ours']), stream.name).toThrow();
      }
    });

    test('goes on from any cursor of a feed, and refuses one of a foreign shape', async () => {
      const streams = await streamsOf(connector, subject, begin());
      for (const feed of new Set(streams.flatMap((stream) => stream.feed ?? []))) {
        expect(() => feed.parseCursor(['not a cursor of ours'])).toThrow();
        const first = jsonCopy(await feed.start(undefined));
        const pages = await Array.fromAsync(feed.read(feed.parseCursor(first)));
        for (const { cursor } of [{ cursor: first }, ...pages.slice(-MOST_RESUMES)]) {
          if (cursor === undefined) continue;
          const since = feed.parseCursor(jsonCopy(cursor));
          expect(jsonCopy(await feed.start(since))).toEqual(jsonCopy(cursor));
          for (const page of await Array.fromAsync(feed.read(since)))
            for (const part of page.parts) expect(streams.map((stream) => stream.name)).toContain(part.stream);
        }
      }
    });

    test('stops within one page when it is aborted', async () => {
      const names = (await streamsOf(connector, subject, begin())).map((stream) => stream.name);
      for (const name of names) {
        const reading = begin();
        const stream = (await streamsOf(connector, subject, reading)).find((one) => one.name === name)!;
        const [slice] = await scopesOf(stream);
        const pages = stream.read(undefined, slice)[Symbol.asyncIterator]();
        await pages.next();
        reading.abort();
        const further = await pages.next().catch(() => ({ done: true }));
        const last = further.done ? further : await pages.next().catch(() => ({ done: true }));
        expect(last.done, `${name} went on after it was aborted`).toBe(true);
      }
    });

    if (secretFields(connector).size > 0) {
      test('puts no secret into logs, records or cursors', async () => {
        const secrets = secretsOf(connector, subject.credentials);
        expect(secrets, 'plant a canary in the credentials').not.toHaveLength(0);
        const reading = begin();
        const runs = await readAll(reading);
        const pages = runs.flatMap((run) => run.pages.map((page) => JSON.stringify(page)));
        const said = [...reading.logs, ...pages].join('\n');
        for (const secret of secrets) expect(said.includes(secret)).toBe(false);
      });
    }

    const { refusedCredentials } = options;
    const refused = async (): Promise<void> => {
      const credentials = refusedCredentials ? refusedCredentials(subject) : subject.credentials;
      const reading = begin({ credentials });
      if (!refusedCredentials) turnstile?.rule(() => ({ status: 401 }));
      const error: unknown = await connector.check(reading.ctx).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ name: 'ConnectorError', reason: 'credential' });
      for (const secret of secretsOf(connector, credentials))
        expect(String((error as Error).message).includes(secret)).toBe(false);
    };
    if (refusedCredentials || 'hosts' in options.http)
      test('calls a refused credential by its name and keeps it out of the error', refused);

    if ('none' in options.http) {
      test(`asks no host over HTTP: ${options.http.none}`, async () => {
        const reading = begin();
        await connector.check(reading.ctx);
        await readAll(reading);
        expect([...reading.hosts]).toEqual([]);
      });
    } else {
      const { hosts } = options.http;
      test('passes a credential that is refused in the middle of a read on to the engine', async () => {
        const reading = begin();
        const [stream] = await streamsOf(connector, subject, reading);
        const [slice] = await scopesOf(stream!);
        turnstile?.rule(() => ({ status: 401 }));
        await expect(collect(stream!, slice)).rejects.toMatchObject({ reason: 'credential' });
      });

      test('waits as long as a 429 asks and then reads on', async () => {
        const plain = await readAll(begin());
        const reading = begin();
        const streams = await streamsOf(connector, subject, reading);
        turnstile?.rule((count) => (count === 0 ? { status: 429, headers: { 'retry-after': '7' } } : undefined));
        const before = reading.waited();
        const [slice] = await scopesOf(streams[0]!);
        const pages = await collect(streams[0]!, slice);
        expect(reading.waited() - before).toBeGreaterThanOrEqual(7_000);
        expect(pages.flatMap((page) => page.upserts)).toEqual(plain[0]!.pages.flatMap((page) => page.upserts));
      });

      test('asks no host beside the declared ones', async () => {
        const reading = begin();
        await readAll(reading);
        expect(reading.hosts.size).toBeGreaterThan(0);
        expect([...reading.hosts].filter((host) => !hosts.includes(host))).toEqual([]);
      });
    }
  });
}

function expectWholeRecord(stream: Stream, row: JsonObject): void {
  const parsed = stream.parseRow ? stream.parseRow(row) : row;
  const fields = stream.fields?.(parsed) ?? parsed;
  expect(jsonCopy(fields), `${stream.name} keeps fields that JSON cannot hold`).toEqual(fields);
  if (stream.text) expect(typeof stream.text(parsed)).toBe('string');
  const description = stream.describe?.(parsed);
  if (description?.url !== undefined) expect(URL.canParse(description.url)).toBe(true);
  if (description?.name !== undefined) expect(description.name).not.toBe('');
  if (description?.updatedAt !== undefined) expect(Number.isFinite(description.updatedAt)).toBe(true);
}
