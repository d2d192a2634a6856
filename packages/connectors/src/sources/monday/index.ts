import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { monday as mondayProvider } from '../../providers/monday.ts';

/** Boards that a user of monday.com can see, with what stands on them. */
export const monday = await shippedManifest(import.meta.dirname, {
  id: 'monday',
  title: 'monday.com',
  description: 'Boards with their items and updates, and people.',
  labels: ['tasks', 'projects'],
  oauth: oauth(mondayProvider, { scopes: ['boards:read', 'updates:read', 'users:read', 'workspaces:read'] }),
});
