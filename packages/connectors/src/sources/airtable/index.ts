import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { airtable as airtableProvider } from '../../providers/airtable.ts';

/** All tables of the bases that a token is let into. */
export const airtable = await shippedManifest(import.meta.dirname, {
  id: 'airtable',
  title: 'Airtable',
  description: 'Bases and tables with their records and comments.',
  labels: ['tables', 'databases'],
  oauth: oauth(airtableProvider, { scopes: ['data.records:read', 'data.recordComments:read', 'schema.bases:read'] }),
});
