import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { asana } from './index.ts';

describeManifestSource(asana, import.meta.dirname, {
  config: {},
  credentials: { api_token: 'canary-asana-4711' },
  hosts: ['app.asana.com'],
  lets: ({ authorization }) => authorization === 'Bearer canary-asana-4711',
  knows: {
    workspaces: ['name', 'Waterworks'],
    users: ['email', 'ada@example.com'],
    projects: ['name', 'West wing'],
    tasks: ['url', 'https://app.asana.com/1/11/project/31/task/41'],
    comments: ['text', 'Done, it was the seal.'],
  },
});
