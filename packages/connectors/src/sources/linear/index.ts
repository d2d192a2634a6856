import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { linear as linearProvider } from '../../providers/linear.ts';

export const linear = await shippedManifest(import.meta.dirname, {
  id: 'linear',
  title: 'Linear',
  description: 'Issues, comments, projects, documents and people of a Linear workspace.',
  labels: ['issues', 'project management'],
  oauth: oauth(linearProvider, { scopes: ['read'] }),
});
