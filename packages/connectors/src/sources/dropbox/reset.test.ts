import { expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import type { Exchange } from '../../recording/exchange.ts';
import { dropbox } from './index.ts';

const LIST = 'https://api.dropboxapi.com/2/files/list_folder';

const answer = (url: string, status: number, json: Readonly<Record<string, never>> | object): Exchange =>
  ({ request: { method: 'POST', url }, response: { status, headers: {}, body: { json } } }) as Exchange;

test('begins a listing again when Dropbox has given up its cursor', async () => {
  const page = (id: string, has_more: boolean) => ({
    entries: [{ '.tag': 'file', id, name: id }],
    cursor: 'c',
    has_more,
  });
  const server = await startRecordedServer([
    answer(LIST, 200, page('id:1', true)),
    answer(`${LIST}/continue`, 409, { error_summary: 'reset/..', error: { '.tag': 'reset' } }),
    answer(LIST, 200, page('id:1', true)),
    answer(`${LIST}/continue`, 200, page('id:2', false)),
  ]);
  const reading = startReading(dropbox, { config: {}, credentials: { access_token: 't' } }, server.origin);
  const files = (await dropbox.discover(reading.ctx)).find(({ name }) => name === 'files')!;
  const pages = await Array.fromAsync(files.read(undefined));
  expect(new Set(pages.flatMap(({ upserts }) => upserts.map((row) => files.key(row))))).toEqual(
    new Set(['id:1', 'id:2']),
  );
  expect(server.unused).toEqual([]);
  await reading.close();
  await server.close();
});
