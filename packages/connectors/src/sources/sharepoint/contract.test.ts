import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { sharepoint } from './index.ts';

describeManifestSource(sharepoint, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-sharepoint-4711' },
  hosts: ['graph.microsoft.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-sharepoint-4711',
  knows: {
    sites: ['displayName', 'Pump works'],
    libraries: ['name', 'Documents'],
    files: ['name', 'Contract.pdf'],
    text_files: ['text', 'Call the fitter.'],
    pages: ['text', 'House rules\nNo smoking in hall 2.'],
    lists: ['displayName', 'Visits'],
    list_items: ['title', 'Visit of the fitter'],
  },
});
