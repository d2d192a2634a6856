import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { googleDrive } from './index.ts';

describeManifestSource(googleDrive, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-drive-4711' },
  hosts: ['www.googleapis.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-drive-4711',
  knows: {
    files: ['name', 'Contract.pdf'],
    documents: ['text', 'Pump manual\n\nClose the valve before you open the housing.'],
    text_files: ['text', '# Pumps\n\nHow we name them.'],
    comments: ['content', 'Which valve is meant?'],
    drives: ['name', 'Pump works'],
  },
});
