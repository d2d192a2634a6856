import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { salesforce as salesforceProvider } from '../../providers/salesforce.ts';

/** The records of a Salesforce organization. */
export const salesforce = await shippedManifest(import.meta.dirname, {
  id: 'salesforce',
  title: 'Salesforce',
  description: 'Accounts, contacts, leads, opportunities, cases with their comments, and tasks.',
  labels: ['crm', 'support'],
  oauth: oauth(salesforceProvider),
});
