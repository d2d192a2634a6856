import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { intercom as intercomProvider } from '../../providers/intercom.ts';

/** What is said in an Intercom workspace, with whom, and its help center. */
export const intercom = await shippedManifest(import.meta.dirname, {
  id: 'intercom',
  title: 'Intercom',
  description: 'Conversations with their parts, tickets, contacts, companies and articles.',
  labels: ['support', 'messages'],
  oauth: oauth(intercomProvider),
});
