import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { clickup as clickupProvider } from '../../providers/clickup.ts';

/** Workspaces that a person of ClickUp works in, with their tasks. */
export const clickup = await shippedManifest(import.meta.dirname, {
  id: 'clickup',
  title: 'ClickUp',
  description: 'Workspaces with their spaces, tasks and comments.',
  labels: ['tasks', 'projects'],
  oauth: oauth(clickupProvider),
});
