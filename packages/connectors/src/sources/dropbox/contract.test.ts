import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { dropbox } from './index.ts';

describeManifestSource(dropbox, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-dropbox-4711' },
  hosts: ['api.dropboxapi.com', 'content.dropboxapi.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-dropbox-4711',
  knows: {
    files: ['url', 'https://www.dropbox.com/home/Pumps/Contract%202026.pdf'],
    text_files: ['text', '# Pumps\n\nHow we name them.'],
    shared_links: ['name', 'Pumps'],
  },
});
