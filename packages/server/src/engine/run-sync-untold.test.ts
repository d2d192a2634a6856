import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { inPages, rowsConnector, rowsOf } from './testing/rows-connector.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
const reads: (number | undefined)[] = [];
beforeEach(() => {
  harness = new SyncHarness();
  reads.length = 0;
});
afterEach(() => harness.close());

const plain = rowsConnector({
  teas: {
    incremental: true,
    read: (since) => {
      reads.push(since);
      return inPages(rowsOf(4), 2, since);
    },
  },
});
const declared: JsonObject = {
  type: 'object',
  properties: { id: { type: 'string' }, value: { type: 'integer' } },
};
const ANY: JsonObject = { type: 'object', properties: {}, additionalProperties: true };

/** The source with its schema told, or with none that could be had. */
const source = (isTold: boolean): Connector => ({
  ...plain,
  async discover(ctx) {
    const streams = await plain.discover(ctx);
    return streams.map((stream) => ({
      ...stream,
      jsonSchema: isTold ? declared : ANY,
      ...(!isTold && { schemaUnknown: true }),
    }));
  },
});
const selection = {
  newFields: 'hold',
  fields: [{ stream: '*', path: 'price', action: 'drop' }],
} as const;

test('a schema that cannot be had for once changes nothing of what is known, and nothing is read anew', async () => {
  await harness.expect('completed', source(true), { selection });
  const { memory } = harness;
  for (const isTold of [false, true]) {
    await harness.expect('completed', source(isTold), { selection });
    expect(harness.changes).toEqual([]);
    expect(harness.memory).toEqual(memory);
  }
  expect(reads).toEqual([undefined, 4, 4]);
  expect(Object.values(harness.content())[0]).toEqual({ id: 'k0000', value: 0 });
});

test('the first schema that comes after a read without one is no change, so that nothing of it is held', async () => {
  await harness.expect('completed', source(false), { selection });
  await harness.expect('completed', source(true), { selection });
  expect(harness.changes).toEqual([]);
  expect(harness.memory?.['teas']).toMatchObject({
    state: 'read',
    heldFields: {},
    fields: { id: 'string', value: 'integer' },
  });
  expect(Object.values(harness.content())[0]).toEqual({ id: 'k0000', value: 0 });
});
