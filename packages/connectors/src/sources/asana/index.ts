import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { asana as asanaProvider } from '../../providers/asana.ts';

export const asana = await shippedManifest(import.meta.dirname, {
  id: 'asana',
  title: 'Asana',
  description: 'Tasks, comments, projects and people of Asana workspaces.',
  labels: ['issues', 'project management'],
  oauth: oauth(asanaProvider, {
    scopes: ['workspaces:read', 'projects:read', 'tasks:read', 'stories:read', 'users:read'],
  }),
});
