import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { parseExchanges } from '../../recording/exchange.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { intercom } from './index.ts';

const credentials = { access_token: 'canary-intercom-4711' };

describeManifestSource(intercom, import.meta.dirname, {
  config: { start_date: '2026-01-01' },
  credentials,
  hosts: ['api.intercom.io'],
  lets: (headers) => headers.authorization === 'Bearer canary-intercom-4711' && headers['intercom-version'] === '2.11',
  knows: {
    contacts: ['title', 'Ada Example'],
    conversations: ['body', 'The pump stops & starts.'],
    conversation_parts: ['conversation_id', '302'],
    tickets: ['description', 'It stops at night.'],
    companies: ['name', 'Example Works'],
    articles: ['url', 'https://help.example.com/en/articles/601-restart'],
  },
});

test('asks where the workspace is hosted', async () => {
  const server = await startRecordedServer([]);
  const reading = startReading(intercom, { config: { region: 'eu' }, credentials }, server.origin);
  await expect(intercom.check(reading.ctx)).rejects.toThrow();
  expect([...reading.hosts]).toEqual(['api.eu.intercom.io']);
  await reading.close();
  await server.close();
});

test('leaves out parts of conversations that have no words', async () => {
  const recorded = readFileSync(join(import.meta.dirname, 'recorded.json'), 'utf8');
  const server = await startRecordedServer(parseExchanges(JSON.parse(recorded)));
  const reading = startReading(intercom, { config: { start_date: '2026-01-01' }, credentials }, server.origin);
  const parts = (await intercom.discover(reading.ctx)).find(({ name }) => name === 'conversation_parts');
  const pages = await Array.fromAsync(parts!.read(undefined));
  const ids = pages.flatMap((page) => page.upserts).map(({ id }) => id);
  expect(new Set(ids)).toEqual(new Set(['401', '403', '404']));
  await reading.close();
  await server.close();
});
