import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { atlassian } from '../../providers/atlassian.ts';

export const confluence = await shippedManifest(import.meta.dirname, {
  id: 'confluence',
  title: 'Confluence',
  description: 'Spaces, pages, blog posts and comments of a Confluence Cloud site.',
  labels: ['documents', 'wiki'],
  oauth: oauth(atlassian, {
    scopes: ['read:space:confluence', 'read:page:confluence', 'read:comment:confluence'],
  }),
});
