import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { gitlab } from './index.ts';

describeManifestSource(gitlab, import.meta.dirname, {
  config: { groups: ['acme/tools'], projects: ['acme/website'], start_date: '2026-01-01' },
  credentials: { access_token: 'canary-gitlab-4711' },
  hosts: ['gitlab.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-gitlab-4711',
  knows: {
    projects: ['path_with_namespace', 'acme/website'],
    issues: ['title', 'The pump stops at night'],
    merge_requests: ['web_url', 'https://gitlab.com/acme/tools/pump/-/merge_requests/1'],
    issue_notes: ['web_url', 'https://gitlab.com/acme/tools/pump/-/issues/1#note_5003'],
    merge_request_notes: ['body', 'Please rename the flag.'],
    wiki_pages: ['web_url', 'https://gitlab.com/acme/website/-/wikis/howto/deploy%20it'],
  },
});
