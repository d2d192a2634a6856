import { expect, test } from 'vitest';
import type { HttpRequest } from '../../kit/http-client.ts';
import { Secret } from '../../kit/secret.ts';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { salesforce } from './index.ts';

const config = { instance_url: 'https://acme.my.salesforce.com', start_date: '2026-01-01' };
const credentials = { client_id: 'canary-key-4711', client_secret: 'canary-secret-4711' };

describeManifestSource(salesforce, import.meta.dirname, {
  config,
  credentials,
  hosts: ['acme.my.salesforce.com'],
  lets: (headers, url) => url.pathname === '/services/oauth2/token' || headers.authorization === 'Bearer 00D-session',
  knows: {
    accounts: ['url', 'https://acme.my.salesforce.com/lightning/r/Account/001A00000000001AAA/view'],
    contacts: ['name', 'Ada Example'],
    leads: ['company', 'Other Works'],
    opportunities: ['name', 'Ten pumps'],
    cases: ['description', 'It stops at night.'],
    case_comments: ['body', 'Since when?'],
    tasks: ['subject', 'Call'],
  },
});

test('asks the instance that came with a grant, not the one that was typed in', async () => {
  const reading = startReading(salesforce, { config, credentials });
  const header = (): Promise<Secret> => Promise.resolve(new Secret('Bearer canary'));
  const granted = {
    authorization: { header, renew: () => Promise.resolve(false) },
    captured: { instance_url: 'https://other.my.salesforce.com' },
  };
  const hosts: string[] = [];
  const request = (asked: HttpRequest): Promise<never> => {
    hosts.push(new URL(asked.url).host);
    return Promise.reject(new Error('asked enough'));
  };
  const ctx = { ...reading.ctx, credentials: granted, http: { request, open: request } };
  await expect(salesforce.check(ctx)).rejects.toThrow();
  expect(hosts).toEqual(['other.my.salesforce.com']);
  await reading.close();
});

const token = {
  request: { method: 'POST', url: 'https://acme.my.salesforce.com/services/oauth2/token' },
  response: { status: 200, headers: {}, body: { json: { access_token: '00D-session' } } },
};
const refusing = (status: number, errorCode: string) => ({
  request: { method: 'GET', url: 'https://acme.my.salesforce.com/services/data/v62.0/query?q=*' },
  response: { status, headers: {}, body: { json: [{ message: 'no', errorCode }] } },
});

test('gives the job back when the requests of the day are used up, and reads nothing of what is not there', async () => {
  const server = await startRecordedServer([token, refusing(403, 'REQUEST_LIMIT_EXCEEDED')]);
  const reading = startReading(salesforce, { config, credentials }, server.origin);
  const [accounts] = await salesforce.discover(reading.ctx);
  await expect(Array.fromAsync(accounts!.read(undefined))).rejects.toMatchObject({ reason: 'rate_limited' });
  await reading.close();
  await server.close();

  const bare = await startRecordedServer([token, refusing(400, 'INVALID_TYPE')]);
  const second = startReading(salesforce, { config, credentials }, bare.origin);
  const [none] = await salesforce.discover(second.ctx);
  const pages = await Array.fromAsync(none!.read(undefined));
  expect(pages.flatMap((page) => page.upserts)).toEqual([]);
  await second.close();
  await bare.close();
});
