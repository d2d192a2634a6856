import { expect, test } from 'vitest';
import {
  handClock,
  probeContext,
  probeStream,
  type ProbeOptions,
  readPages,
  rowsByKey,
} from '../../testing/connector-probe.ts';
import { parseCredentials } from '../../kit/connector-context.ts';
import { stub } from './index.ts';

async function readWhole(options: ProbeOptions) {
  const streams = await stub.discover(probeContext(stub, options));
  const read: Record<string, Map<string, Record<string, unknown>>> = {};
  for (const stream of streams) read[stream.entityType] = rowsByKey(stream, await readPages(stream));
  return read;
}

const total = (read: Awaited<ReturnType<typeof readWhole>>) =>
  Object.values(read).reduce((sum, rows) => sum + rows.size, 0);

test('yields one container beside the asked number of records', async () => {
  for (const entity_count of [0, 1, 10, 137]) {
    const read = await readWhole({ config: { entity_count } });
    expect(total(read)).toBe(entity_count + 1);
    expect(read['StubContainerEntity']?.size).toBe(1);
  }
});

test('uses the published defaults', () => {
  expect(stub.config.parse({})).toEqual({
    entity_count: 10,
    seed: 42,
    generation_delay_ms: 0,
    small_entity_weight: 30,
    medium_entity_weight: 30,
    large_entity_weight: 10,
    small_file_weight: 15,
    large_file_weight: 5,
    code_file_weight: 10,
    inject_special_tokens: false,
    fail_after: -1,
  });
  expect(parseCredentials(stub, {})).toEqual({ stub_key: 'stub' });
  expect(parseCredentials(stub, { stub_key: 'x' })).toEqual({ stub_key: 'x' });
});

test('gives the same records for the same seed and others for another', async () => {
  const [one, again, other] = await Promise.all([42, 42, 43].map((seed) => readWhole({ config: { seed } })));
  expect(one).toEqual(again);
  expect(one).not.toEqual(other);
});

test('holds every kind in about its proportion, also in few records', async () => {
  const read = await readWhole({ config: { entity_count: 20 } });
  const sizes = Object.fromEntries(Object.entries(read).map(([type, rows]) => [type, rows.size]));
  expect(sizes).toEqual({
    StubContainerEntity: 1,
    SmallStubEntity: expect.toSatisfy((n: number) => n >= 5 && n <= 7),
    MediumStubEntity: expect.toSatisfy((n: number) => n >= 5 && n <= 7),
    LargeStubEntity: expect.toSatisfy((n: number) => n >= 1 && n <= 3),
    SmallStubFileEntity: expect.toSatisfy((n: number) => n >= 2 && n <= 4),
    LargeStubFileEntity: expect.toSatisfy((n: number) => n >= 0 && n <= 2),
    CodeStubFileEntity: expect.toSatisfy((n: number) => n >= 1 && n <= 3),
  });
});

test('makes only the kinds that have a weight', async () => {
  const none = { small_entity_weight: 0, medium_entity_weight: 0, large_entity_weight: 0, small_file_weight: 0 };
  const read = await readWhole({ config: { entity_count: 50, ...none, large_file_weight: 0, code_file_weight: 1 } });
  expect(read['CodeStubFileEntity']?.size).toBe(50);
  const equal = await readWhole({ config: { entity_count: 60, ...none, large_file_weight: 0, code_file_weight: 0 } });
  expect(Object.values(equal).every((rows) => rows.size >= 1)).toBe(true);
});

test('names every record with Stub in front and leads to the container', async () => {
  const options = { config: { entity_count: 40 } };
  for (const stream of await stub.discover(probeContext(stub, options))) {
    for (const page of await readPages(stream)) {
      for (const row of page.upserts) {
        const described = stream.describe?.(row);
        expect(described?.name).toMatch(/^Stub /);
        if (stream.name !== 'containers') {
          expect(described?.breadcrumbs).toEqual([
            { id: 'stub-container-42', name: 'Stub Container (seed=42)', type: 'StubContainerEntity' },
          ]);
        }
      }
    }
  }
});

test('puts the prefix into every content, and special tokens when asked', async () => {
  const read = await readWhole({ config: { custom_content_prefix: 'FINDME-77', inject_special_tokens: true } });
  const contents = Object.entries(read)
    .filter(([type]) => type !== 'StubContainerEntity')
    .flatMap(([, rows]) => [...rows.values()])
    .map((row) => String(row['content'] ?? row['description']));
  expect(contents).toHaveLength(10);
  for (const content of contents) {
    expect(content).toContain('FINDME-77');
    expect(content).toMatch(/<\|\w+\|>/);
  }
});

test('searches the text of a file and keeps it out of its fields', async () => {
  const stream = await probeStream(stub, 'code_files', { config: { entity_count: 30 } });
  const [page] = await readPages(stream);
  const row = page!.upserts[0]!;
  expect(stream.text?.(row)).toContain('from dataclasses import dataclass');
  expect(stream.fields?.(row)).not.toHaveProperty('content');
});

test('waits after each record, in all as long as asked', async () => {
  const clock = handClock(0);
  await readWhole({ config: { entity_count: 30, generation_delay_ms: 50 }, clock });
  expect(clock.now()).toBe(30 * 50);
});

test('fails after the asked number of records, over all streams in their order', async () => {
  for (const fail_after of [0, 3, 8, 25]) {
    const streams = await stub.discover(probeContext(stub, { config: { entity_count: 25, fail_after } }));
    let made = 0;
    let failed = false;
    for (const stream of streams) {
      try {
        for await (const page of stream.read(undefined)) made += page.upserts.length;
        expect(failed).toBe(false);
      } catch (error) {
        failed = true;
        expect((error as Error).message).toContain(`after ${fail_after} records`);
      }
    }
    expect([failed, made]).toEqual([true, fail_after + 1]);
  }
});

test('goes on from any cursor to the same records', async () => {
  const stream = await probeStream(stub, 'medium_entities', { config: { entity_count: 200, generation_delay_ms: 20 } });
  const pages = await readPages(stream);
  expect(pages.length).toBeGreaterThan(5);
  const whole = rowsByKey(stream, pages);
  for (const [at, page] of pages.entries()) {
    const rest = await readPages(stream, stream.parseCursor(page.cursor));
    expect(rowsByKey(stream, [...pages.slice(0, at + 1), ...rest])).toEqual(whole);
    expect(rest.flatMap((one) => one.upserts)).toEqual(pages.slice(at + 1).flatMap((one) => one.upserts));
  }
});

test('reads a million records in pages of bounded size', async () => {
  const config = { entity_count: 1_000_000, code_file_weight: 1, small_entity_weight: 200, medium_entity_weight: 0 };
  const stream = await probeStream(stub, 'code_files', { config });
  let rows = 0;
  for await (const page of stream.read(undefined)) {
    expect(page.upserts.length).toBeLessThanOrEqual(1_000);
    rows += page.upserts.length;
  }
  expect(rows / 1_000_000).toBeCloseTo(1 / (200 + 10 + 15 + 5 + 1), 4);
});

test('stops within a page when it is aborted', async () => {
  const stop = new AbortController();
  const stream = await probeStream(stub, 'small_entities', { config: { entity_count: 100_000 }, signal: stop.signal });
  const pages = stream.read(undefined)[Symbol.asyncIterator]();
  await pages.next();
  stop.abort(new Error('enough'));
  await expect(pages.next()).rejects.toThrow('enough');
});
