import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';

/** A helpdesk on Freshdesk. */
export const freshdesk = await shippedManifest(import.meta.dirname, {
  id: 'freshdesk',
  title: 'Freshdesk',
  description: 'Tickets with their conversations, contacts, companies and solution articles.',
  labels: ['support'],
});
