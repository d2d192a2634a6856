import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { gmail } from './index.ts';

describeManifestSource(gmail, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-gmail-4711' },
  hosts: ['gmail.googleapis.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-gmail-4711',
  knows: {
    messages: ['text', 'Dear Bo,\nthe seal ring comes on Friday – sorry.'],
    labels: ['name', 'Pump works'],
  },
});
