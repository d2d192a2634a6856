import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { notion } from './index.ts';

describeManifestSource(notion, import.meta.dirname, {
  config: { include_comments: true },
  credentials: { api_token: 'ntn-canary-4711' },
  hosts: ['api.notion.com'],
  lets: (headers) => headers.authorization === 'Bearer ntn-canary-4711' && headers['notion-version'] === '2026-03-11',
  knows: {
    users: ['person.email', 'mira@example.com'],
    data_sources: ['name', 'Repairs'],
    pages: [
      'text',
      'Status: In progress\nTags: pump, urgent\nDue: 2026-06-20\nHours: 3.5\nNote: Seal drips\nOwner: Mira Sommer\n',
    ],
    contents: ['title', 'How to change a seal'],
    comments: ['text', 'Step 3 is missing.'],
  },
});
