import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { airtable } from './index.ts';

describeManifestSource(airtable, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-airtable-4711' },
  hosts: ['api.airtable.com'],
  lets: ({ authorization }) => authorization === 'Bearer canary-airtable-4711',
  knows: {
    bases: ['name', 'Workshop'],
    tables: ['primary_field', 'Machine'],
    records: ['title', 'Pump 3'],
    comments: ['text', 'The seal has come.'],
  },
});
