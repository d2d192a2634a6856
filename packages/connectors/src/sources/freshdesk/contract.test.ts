import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { freshdesk } from './index.ts';

describeManifestSource(freshdesk, import.meta.dirname, {
  config: { domain: 'acme', start_date: '2026-01-01' },
  credentials: { api_key: 'canary-freshdesk-4711' },
  hosts: ['acme.freshdesk.com'],
  lets: ({ authorization }) => authorization === `Basic ${Buffer.from('canary-freshdesk-4711:X').toString('base64')}`,
  knows: {
    tickets: ['description', 'It drips since the frost.'],
    conversations: ['text', 'A seal is on its way.'],
    contacts: ['name', 'Ida Lund'],
    companies: ['name', 'Lund Gardens'],
    articles: ['url', 'https://acme.freshdesk.com/a/solutions/articles/502'],
  },
});
