import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Holding } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import { probeContext, type ProbeOptions, readPages } from '../../testing/connector-probe.ts';
import { type PlayedCluster, playElasticsearch } from '../../testing/elasticsearch-server.ts';
import { elasticsearch } from './index.ts';

const PROPERTIES = {
  title: { type: 'text' },
  rank: { type: 'integer' },
  updated_at: { type: 'date' },
  born: { type: 'date' },
};

describe.each([false, true])('documents (of OpenSearch: %s)', (openSearch) => {
  let cluster: PlayedCluster;
  let documents: Map<string, JsonObject>;
  beforeEach(async () => {
    cluster = await playElasticsearch({ openSearch });
    documents = new Map();
    cluster.indices.set('orders', { properties: PROPERTIES, documents });
  });
  afterEach(() => cluster.close());

  const discover = (more: object = {}, options: ProbeOptions = {}) =>
    elasticsearch.discover(
      probeContext(elasticsearch, {
        ...options,
        config: { elasticHostList: [{ host: '127.0.0.1', port: cluster.port }], page_size: 2, ...more },
      }),
    );
  const open = async (more?: object, options?: ProbeOptions) => {
    const [stream] = await discover({ indices: ['orders'], ...more }, options);
    if (!stream) throw new Error('no stream');
    return stream;
  };
  const put = (id: string, day: number | undefined, more: JsonObject = {}) =>
    documents.set(id, {
      title: `Title ${id}`,
      ...(day !== undefined && { updated_at: `2026-01-${String(day).padStart(2, '0')}T00:00:00Z` }),
      ...more,
    });

  test('are listed at one moment, and the moment is given back', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) put(id, 1);
    const stream = await open();
    expect(stream).toMatchObject({ incremental: false, deletes: 'listing' });
    const keys: string[] = [];
    for await (const page of stream.read(undefined)) {
      keys.push(...page.upserts.map((row) => stream.key(row)));
      put('late', 1);
    }
    expect(keys).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(cluster.open.size).toBe(0);
  });

  test('that are new or changed are read by a field that grows, and those without it every time', async () => {
    put('a', 1);
    put('b', 2);
    put('without', undefined);
    const stream = await open({}, { cursorField: 'updated_at' });
    const holding = new Holding();
    const run = async (since?: unknown) => {
      const pages = await readPages(
        stream,
        since === undefined ? undefined : stream.parseCursor(JSON.parse(JSON.stringify(since))),
      );
      for (const page of pages) holding.take(stream, page);
      return {
        keys: pages.flatMap((page) => page.upserts.map((row) => stream.key(row))),
        cursor: pages.at(-1)?.cursor,
      };
    };
    const first = await run();
    expect(first).toEqual({
      keys: ['a', 'b', 'without'],
      cursor: { field: 'updated_at', value: Date.UTC(2026, 0, 2) },
    });
    put('c', 3);
    put('a', 4, { title: 'Changed' });
    const second = await run(first.cursor);
    expect(second.keys).toEqual(['b', 'c', 'a', 'without']);
    expect(second.cursor).toMatchObject({ value: Date.UTC(2026, 0, 4) });
    expect(holding.sorted().map(([key]) => key)).toEqual(['a', 'b', 'c', 'without']);
  });

  test('are shown by their title and time, and found by the chosen fields', async () => {
    put('a', 1, { title: 'Chair', maker: { name: 'Bo' }, rank: 3 });
    const stream = await open({ text_fields: ['maker.name'] }, { cursorField: 'updated_at' });
    const [row] = (await readPages(stream)).flatMap((page) => page.upserts);
    expect(stream.text?.(row ?? {})).toBe('maker.name: Bo');
    expect(stream.describe?.(row ?? {})).toMatchObject({
      name: 'Chair',
      updatedAt: Date.UTC(2026, 0, 1),
      breadcrumbs: [{ name: 'orders' }],
    });
    expect((await open()).text?.(row ?? {})).toBe(
      'title: Chair\nupdated_at: 2026-01-01T00:00:00Z\nmaker.name: Bo\nrank: 3',
    );
    expect(stream.cursorFields).toEqual(['updated_at', 'born', 'rank']);
  });

  test('are of the indices that are named, and of hidden ones only by their names', async () => {
    for (const name of ['books', '.system']) cluster.indices.set(name, { properties: {}, documents: new Map() });
    cluster.indices.set('closed', { properties: {}, documents: new Map(), attributes: ['closed'] });
    const names = async (more: object) => (await discover(more)).map(({ name }) => name);
    expect(await names({})).toEqual(['books', 'orders']);
    expect(await names({ indexName: 'orders' })).toEqual(['orders']);
    expect(await names({ indices: ['*', '.system'], exclude_indices: ['b*'] })).toEqual(['.system', 'orders']);
    const ctx = probeContext(elasticsearch, {
      config: { elasticHostList: [{ host: '127.0.0.1', port: cluster.port }], indices: ['absent'] },
    });
    await expect(elasticsearch.check(ctx)).rejects.toMatchObject({ reason: 'configuration' });
  });

  test('of an index that is gone, or at an address that the guard refuses, are not read', async () => {
    const stream = await open();
    cluster.indices.delete('orders');
    await expect(readPages(stream)).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('orders'),
    });
    await expect(discover({}, { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
  });
});
