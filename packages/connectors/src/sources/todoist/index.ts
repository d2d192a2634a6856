import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { todoist as todoistProvider } from '../../providers/todoist.ts';

/** Tasks of a Todoist account, open and completed, with what belongs to them. */
export const todoist = await shippedManifest(import.meta.dirname, {
  id: 'todoist',
  title: 'Todoist',
  description: 'Projects, sections, tasks and comments.',
  labels: ['tasks'],
  oauth: oauth(todoistProvider, { scopes: ['data:read'] }),
});
