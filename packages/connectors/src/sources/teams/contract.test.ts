import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { teams } from './index.ts';

describeManifestSource(teams, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-teams-4711' },
  hosts: ['graph.microsoft.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-teams-4711',
  knows: {
    teams: ['displayName', 'Pump works'],
    channels: ['displayName', 'General'],
    channel_messages: ['text', 'The seal ring is late.'],
    channel_replies: ['text', 'Again?'],
    chats: ['title', 'Ada Example, Bo Example'],
    chat_messages: ['text', 'Lunch at noon?'],
  },
});
