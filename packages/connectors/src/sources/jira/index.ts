import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { atlassian } from '../../providers/atlassian.ts';

export const jira = await shippedManifest(import.meta.dirname, {
  id: 'jira',
  title: 'Jira',
  description: 'Issues, comments, projects and people of a Jira Cloud site.',
  labels: ['issues', 'project management'],
  oauth: oauth(atlassian, { scopes: ['read:jira-work', 'read:jira-user'] }),
});
