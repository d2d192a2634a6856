import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { hubspot as hubspotProvider } from '../../providers/hubspot.ts';

/** The records of a HubSpot account, and what was noted of them. */
export const hubspot = await shippedManifest(import.meta.dirname, {
  id: 'hubspot',
  title: 'HubSpot',
  description: 'Contacts, companies, deals, tickets, notes, calls and meetings.',
  labels: ['crm', 'support'],
  oauth: oauth(hubspotProvider, {
    scopes: ['crm.objects.contacts.read', 'crm.objects.companies.read', 'crm.objects.deals.read', 'tickets'],
  }),
});
