import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { rowsConnector } from './testing/rows-connector.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

test('keys that differ in a mark, a NUL or their case are records of their own, and stay so', async () => {
  const ids = ['caf\u00E9', 'cafe\u0301', '\u{1F375}', 'a\0b', 'a\0c', 'a', 'A', '\u202Ea'];
  const connector = rowsConnector({
    async *teas() {
      yield { upserts: ids.map((id) => ({ id, value: `${id} \0 \uD800` })) };
    },
  });
  await harness.expect('completed', connector);
  expect(Object.keys(harness.content()).toSorted()).toEqual(ids.map((id) => `teas/${id}`).toSorted());
  expect(harness.content()['teas/a\0b']).toEqual({ id: 'a\0b', value: 'a\0b \0 \uFFFD' });
  const { counts } = await harness.expect('completed', connector);
  expect(counts).toMatchObject({ kept: ids.length, updated: 0, deleted: 0, failed: 0 });
});

test('the words of a failure hold nothing that a database would not take', async () => {
  const connector = rowsConnector({
    // oxlint-disable-next-line require-yield -- it fails before it has anything
    async *teas() {
      throw new ConnectorError('configuration', `said \0 and \uD800 ${'\u{1F375}'.repeat(1_000)}`);
    },
  });
  const { message } = await harness.expect('failed', connector);
  expect(message).toContain('said');
  expect(message).not.toContain('\0');
  expect(message.isWellFormed()).toBe(true);
});
