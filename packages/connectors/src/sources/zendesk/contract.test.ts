import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { zendesk } from './index.ts';

const header = `Basic ${Buffer.from('admin@example.com/token:canary-zendesk-4711').toString('base64')}`;

describeManifestSource(zendesk, import.meta.dirname, {
  config: { subdomain: 'acme', email: 'admin@example.com', start_date: '2026-01-01' },
  credentials: { api_token: 'canary-zendesk-4711' },
  hosts: ['acme.zendesk.com'],
  lets: (headers) => headers.authorization === header,
  knows: {
    tickets: ['subject', 'The pump stops at night'],
    ticket_comments: ['ticket_id', 101],
    users: ['html_url', 'https://acme.zendesk.com/agent/users/11'],
    organizations: ['name', 'Example Works'],
    articles: ['body', 'Turn it off & on.'],
  },
});
