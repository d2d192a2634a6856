import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { googleCalendar } from './index.ts';

describeManifestSource(googleCalendar, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-calendar-4711' },
  hosts: ['www.googleapis.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-calendar-4711',
  knows: {
    calendars: ['summary', 'Pump works'],
    events: ['text', 'Bring the seal ring.'],
  },
});
