import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BrokenStream } from '@tributary/connectors/kit/broken-stream';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Connector } from '@tributary/connectors/kit/connector';
import { rowsConnector, rowsOf } from './testing/rows-connector.ts';
import { SyncHarness } from './testing/sync-harness.ts';

let harness: SyncHarness;
beforeEach(() => {
  harness = new SyncHarness();
});
afterEach(() => harness.close());

const whole = rowsConnector({
  async *orders() {
    yield { upserts: rowsOf(3) };
  },
  async *teas() {
    yield { upserts: rowsOf(2) };
  },
});

const whyOf = (name: string) => new ConnectorError('configuration', `The port that ${name} needs is missing.`);

/** Leaves out the streams that it tells of as broken. */
const without = (...broken: readonly Omit<BrokenStream, 'error'>[]): Connector => ({
  ...whole,
  async discover(ctx) {
    for (const one of broken) ctx.tellBroken?.({ ...one, error: whyOf(one.name) });
    const streams = await whole.discover(ctx);
    return streams.filter(({ name }) => name !== 'teas');
  },
});

const size = (): number => Object.keys(harness.content()).length;

test('what is stored of a broken stream stays, whoever confirms deletions, and the job says what to change', async () => {
  await harness.expect('completed', whole);
  for (const sweepConfirmed of [false, true]) {
    const outcome = await harness.expect('failed', without({ name: 'teas' }), { sweepConfirmed });
    expect(outcome).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(/stream teas .* stays.*The port that teas needs is missing/) as string,
      counts: { kept: 3, deleted: 0 },
    });
    expect(size()).toBe(5);
  }
  expect((await harness.expect('completed', whole)).counts).toMatchObject({ kept: 5, deleted: 0 });
});

test('a stream that the source does not have any more goes, whichever other one is broken', async () => {
  await harness.expect('completed', whole);
  const outcome = await harness.expect('completed', without({ name: 'others' }));
  expect(outcome.counts).toMatchObject({ kept: 3, deleted: 2 });
});

test('no stream goes while it is not known which ones are broken', async () => {
  await harness.expect('completed', whole);
  const outcome = await harness.expect('failed', without({ name: 'tables[0]', nameless: true }), {
    sweepConfirmed: true,
  });
  expect(outcome.counts).toMatchObject({ kept: 3, deleted: 0 });
  expect(size()).toBe(5);
});

test('a stream that could never be read fails a job only when the selection names it', async () => {
  const broken = [{ name: 'prices' }, { name: 'tables[0]', nameless: true }] as const;
  await harness.expect('completed', without(...broken));
  await harness.expect('completed', without(...broken));
  const outcome = await harness.expect('failed', without(...broken), { selection: { include: ['orders', 'prices'] } });
  expect(outcome).toMatchObject({ message: expect.stringContaining('stream prices') as string, counts: { kept: 3 } });
});

test('a stream that was gone before is nobody’s failure either', async () => {
  const selection = {};
  await harness.expect('completed', whole, { selection });
  await harness.expect('completed', without(), { selection });
  expect(harness.memory?.['teas']?.state).toBe('gone');
  await harness.expect('completed', without({ name: 'tables[0]', nameless: true }), { selection });
});

test('a broken stream that the selection leaves out is nobody’s failure', async () => {
  await harness.expect('completed', whole);
  const { counts } = await harness.expect('completed', without({ name: 'teas' }), { selection: { exclude: ['teas'] } });
  expect(counts).toMatchObject({ kept: 3, deleted: 2 });
});

test('a broken stream keeps what is remembered of it, and returns as if it had been there', async () => {
  const selection = { newStreams: 'hold', newFields: 'hold' } as const;
  await harness.expect('completed', whole, { selection });
  const before = harness.memory;
  await harness.expect('failed', without({ name: 'teas' }), { selection });
  expect(harness.memory?.['teas']).toEqual(before?.['teas']);
  expect(harness.changes).toEqual([]);
  await harness.expect('completed', whole, { selection });
  expect(harness.changes).toEqual([]);
});
