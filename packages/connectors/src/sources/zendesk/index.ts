import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { zendesk as zendeskProvider } from '../../providers/zendesk.ts';

/** Tickets of a Zendesk account with what was said in them, the people, and the help center. */
export const zendesk = await shippedManifest(import.meta.dirname, {
  id: 'zendesk',
  title: 'Zendesk',
  description: 'Tickets with their comments, users, organizations and help center articles.',
  labels: ['support'],
  oauth: oauth(zendeskProvider),
});
