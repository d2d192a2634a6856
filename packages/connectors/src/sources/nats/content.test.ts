import { beforeAll, describe, expect, test } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { readPages, rowsByKey } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { testNats } from './testing-nats.ts';

const program = findDebianProgram('nats-server', 'nats-server');

describe.skipIf(program === undefined)('a message', () => {
  const { manager, publish, stream } = testNats(program);
  let one: Stream;
  let pages: Page<JsonObject>[];
  let rows: Map<string, JsonObject>;
  const row = (sequence: number): JsonObject => rows.get(String(sequence)) ?? {};

  beforeAll(async () => {
    if (program === undefined) return;
    await manager().streams.add({ name: 'MIXED', subjects: ['mixed.>'] });
    await publish(
      'mixed.json',
      { title: 'Chair', price: 12.5, tags: ['wood', 'old'], maker: { name: 'Bo' } },
      { Shop: 'eu' },
    );
    await publish('mixed.large', '{"id": 9007199254740993, "small": 7}');
    await publish('mixed.text', 'Grüße {not json}');
    await publish('mixed.binary', new Uint8Array([0, 255, 1]));
    await publish('mixed.empty', '');
    await publish('mixed.too-large', 'x'.repeat(3_000));
    await publish('mixed.number', '42');
    await publish('mixed.broken', '{"open": ');
    one = await stream('MIXED', { config: { max_message_bytes: 2_000 } });
    pages = await readPages(one);
    rows = rowsByKey(one, pages);
  });

  test('of JSON has fields, a name and words', () => {
    expect(row(1)).toMatchObject({
      stream: 'MIXED',
      subject: 'mixed.json',
      sequence: 1,
      headers: { Shop: ['eu'] },
      data: { title: 'Chair', price: 12.5, tags: ['wood', 'old'], maker: { name: 'Bo' } },
    });
    expect(one.text?.(row(1))).toBe('mixed.json\ntitle: Chair\nprice: 12.5\ntags: wood\ntags: old\nmaker.name: Bo');
    expect(one.describe?.(row(1))).toMatchObject({
      name: 'Chair',
      createdAt: Date.parse(row(1)['time'] as string),
      breadcrumbs: [{ name: 'MIXED' }, { name: 'mixed.json' }],
    });
  });

  test('keeps integers that no double holds as text', () => {
    expect(row(2)['data']).toEqual({ id: '9007199254740993', small: 7 });
  });

  test('of text or of bytes is kept as such', () => {
    expect(row(3)).toMatchObject({ text: 'Grüße {not json}', size: 18 });
    expect(one.describe?.(row(3))?.name).toBe('mixed.text 3');
    expect(row(4)).toMatchObject({ base64: 'AP8B' });
    expect(row(5)).toMatchObject({ size: 0 });
    expect(row(7)).toMatchObject({ data: 42 });
    expect(row(8)).toMatchObject({ text: '{"open": ' });
  });

  test('that is too large is there without its payload, and counted', () => {
    expect(row(6)).toMatchObject({ subject: 'mixed.too-large', size: 3_000 });
    expect(row(6)).not.toHaveProperty('text');
    expect(pages.flatMap((page) => page.failures ?? [])).toMatchObject([{ key: '6', code: 'too_large' }]);
  });
});
