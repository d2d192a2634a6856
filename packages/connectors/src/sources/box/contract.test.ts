import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { box } from './index.ts';

describeManifestSource(box, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-box-4711' },
  hosts: ['api.box.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-box-4711',
  knows: {
    items: ['path', '/Pumps/Manuals'],
    text_files: ['text', 'Call the fitter.'],
    comments: ['message', 'Which fitter?'],
    users: ['name', 'Ada Example'],
  },
});
