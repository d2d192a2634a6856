import { expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { startRecordedServer } from '../../testing/recorded-server.ts';
import { stripe } from './index.ts';

const config = { start_date: '2026-01-01' };
const credentials = { api_key: 'canary-stripe-4711' };

describeManifestSource(stripe, import.meta.dirname, {
  config,
  credentials,
  hosts: ['api.stripe.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-stripe-4711',
  knows: {
    customers: ['title', 'Ada Example'],
    products: ['name', 'Pump'],
    subscriptions: ['url', 'https://dashboard.stripe.com/test/subscriptions/sub_1'],
    invoices: ['title', 'Invoice A-0001'],
    charges: ['description', 'Ten pumps'],
    events: ['title', 'customer.updated cus_1'],
  },
});

test('looks back from where the last run ended, and keeps what opens without signing in to itself', async () => {
  const link = 'https://invoice.stripe.com/i/acct_1/live_canary';
  const invoice = { id: 'in_1', created: 1_772_352_000, hosted_invoice_url: link, invoice_pdf: `${link}/pdf` };
  const list = { object: 'list', has_more: false, data: [invoice] };
  const server = await startRecordedServer([
    {
      request: { method: 'GET', url: 'https://api.stripe.com/v1/invoices?created[gte]=1771747200&limit=100' },
      response: { status: 200, headers: {}, body: { json: list } },
    },
  ]);
  const reading = startReading(stripe, { config: { ...config, lookback_days: 7 }, credentials }, server.origin);
  const invoices = (await stripe.discover(reading.ctx)).find(({ name }) => name === 'invoices');
  const pages = await Array.fromAsync(invoices!.read({ created: '1772352000' }));
  expect(server.unknown).toEqual([]);
  expect(JSON.stringify(pages)).toContain('in_1');
  expect(JSON.stringify(pages)).not.toContain('canary');
  await reading.close();
  await server.close();
});
