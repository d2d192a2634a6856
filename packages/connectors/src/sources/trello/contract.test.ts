import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { trello } from './index.ts';

describeManifestSource(trello, import.meta.dirname, {
  // Two records a page are enough to see that pages are followed.
  config: { start_date: '2026-01-01', page_size: 2 },
  credentials: { api_key: 'canary-key-4711', api_token: 'canary-token-4711' },
  hosts: ['api.trello.com'],
  lets: ({ authorization }) =>
    authorization === 'OAuth oauth_consumer_key="canary-key-4711", oauth_token="canary-token-4711"',
  knows: {
    boards: ['name', 'Pumps'],
    lists: ['url', 'https://trello.com/b/aaaaaaaa/pumps'],
    cards: ['description', 'It drips since the frost.'],
    checklists: ['text', 'Order a seal\nFit the seal'],
    comments: ['url', 'https://trello.com/c/cccccc01#comment-69b0000000000000000000c1'],
  },
});
