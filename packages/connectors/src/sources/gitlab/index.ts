import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { gitlab as gitlabProvider } from '../../providers/gitlab.ts';

/** Projects on GitLab.com, or on a GitLab of one's own, with what people write in them. */
export const gitlab = await shippedManifest(import.meta.dirname, {
  id: 'gitlab',
  title: 'GitLab',
  description: 'Projects with their issues, merge requests, comments and wikis.',
  labels: ['code', 'issues'],
  oauth: oauth(gitlabProvider, { scopes: ['read_api'] }),
});
