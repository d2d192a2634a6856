import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { onedrive } from './index.ts';

describeManifestSource(onedrive, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-onedrive-4711' },
  hosts: ['graph.microsoft.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-onedrive-4711',
  knows: {
    drives: ['name', 'OneDrive'],
    files: ['name', 'Contract.pdf'],
    text_files: ['text', 'Call the fitter.'],
  },
});
