import { expect, test } from 'vitest';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { probeContext } from '@tributary/connectors/testing/connector-probe';
import { EVERYTHING } from '../engine/selection.ts';
import { inPages, rowsConnector, rowsOf } from '../engine/testing/rows-connector.ts';
import { previewStreams } from './preview.ts';

const intake = { selection: EVERYTHING, memory: undefined, hashKey: undefined };
const preview = (connector: ReturnType<typeof rowsConnector>, signal = new AbortController().signal) =>
  previewStreams(connector, probeContext(connector), intake, signal);

test('reads no further than ten records, and lets the source close what it has opened', async () => {
  let pages = 0;
  const closed = Promise.withResolvers<void>();
  const connector = rowsConnector({
    async *rows() {
      try {
        for await (const page of inPages(rowsOf(1_000), 4)) {
          pages += 1;
          yield page;
        }
      } finally {
        closed.resolve();
      }
    },
  });
  const [stream] = await preview(connector);
  expect(stream).toMatchObject({ name: 'rows', outcome: 'read', failures: [] });
  expect(stream?.records.map(({ key }) => key)).toEqual(rowsOf(10).map(({ id }) => id));
  await closed.promise;
  expect(pages).toBe(3);
});

test('shows what came in time, and does not wait for what did not', async () => {
  const controller = new AbortController();
  const connector = rowsConnector({
    async *slow() {
      yield { upserts: rowsOf(2) };
      controller.abort();
      await new Promise(() => undefined);
    },
    never: () => inPages(rowsOf(3), 1),
  });
  expect(await preview(connector, controller.signal)).toMatchObject([
    { name: 'slow', outcome: 'late', records: [{ key: 'k0000' }, { key: 'k0001' }] },
    { name: 'never', outcome: 'late', records: [] },
  ]);
});

test('goes on with other streams when one fails, in words that were meant for people', async () => {
  const failing = async function* (error: Error) {
    yield* inPages(rowsOf(1), 1);
    throw error;
  };
  const connector = rowsConnector({
    refused: () => failing(new ConnectorError('refused', 'The user may not read it.')),
    broken: () => failing(new TypeError('hunter2 is not a function')),
    odd: () => inPages([{ id: 7 as never }, ...rowsOf(1)], 2),
  });
  expect(await preview(connector)).toMatchObject([
    { outcome: 'failed', message: 'The user may not read it.', records: [{}] },
    { outcome: 'failed', message: 'The connector stopped unexpectedly (TypeError).' },
    { outcome: 'read', records: [{}], failures: [{ code: 'invalid_row' }] },
  ]);
});
