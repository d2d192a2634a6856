import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { hubspot } from './index.ts';

describeManifestSource(hubspot, import.meta.dirname, {
  config: { hub_id: '4711', start_date: '2026-01-01' },
  credentials: { access_token: 'canary-hubspot-4711' },
  hosts: ['api.hubapi.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-hubspot-4711',
  knows: {
    contacts: ['name', 'Ada Example'],
    companies: ['url', 'https://app.hubspot.com/contacts/4711/record/0-2/201'],
    deals: ['name', 'Ten pumps'],
    tickets: ['content', 'It stops at night.'],
    notes: ['body', 'Wants pumps & valves.'],
    calls: ['title', 'First call'],
    meetings: ['body', 'Agenda: pumps They are ready to buy.'],
  },
});
