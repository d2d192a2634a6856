import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { clickup } from './index.ts';

describeManifestSource(clickup, import.meta.dirname, {
  config: { start_date: '2026-01-01' },
  credentials: { api_token: 'pk_canary_4711' },
  hosts: ['api.clickup.com'],
  lets: ({ authorization }) => authorization === 'pk_canary_4711',
  knows: {
    workspaces: ['name', 'Works'],
    spaces: ['name', 'Pumps'],
    tasks: ['description', 'It drips **since the frost**.'],
    comments: ['url', 'https://app.clickup.com/t/86aaaa01?comment=90010000000001'],
  },
});
