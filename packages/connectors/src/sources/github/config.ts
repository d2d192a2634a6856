import { z } from 'zod';
import { MaxFileBytes } from '../../documents/max-file-bytes.ts';
import { GlobPatterns } from '../../documents/path-filter.ts';
import { direct, granted, oauth } from '../../kit/auth.ts';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { secret } from '../../kit/fields.ts';
import { githubInstallation } from '../../providers/github-app.ts';
import { github } from '../../providers/github.ts';

const PROSE = ['**/*.md', '**/*.mdx', '**/*.rst', '**/*.adoc', '**/*.txt'];

export const GithubConfig = z.object({
  repositories: z
    .array(z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'is not owner/name'))
    .max(100)
    .default([])
    .meta({ title: 'Repositories', description: 'Each as owner/name. Empty means all of the owner.' }),
  owner: z
    .string()
    .regex(/^[\w.-]+$/, 'is not the name of an organization or a user')
    .optional()
    .meta({
      title: 'Owner',
      description: 'An organization or a user: all its repositories, beside those named above.',
    }),
  include_forks: z.boolean().default(false).meta({
    title: 'Forks',
    description: 'Whether the forks of an owner are read too; a repository that is named always is.',
  }),
  base_url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.github.com')
    .meta({ title: 'Address of the API', description: 'Of GitHub Enterprise Server: https://host/api/v3.' }),
  include_files: GlobPatterns.default(PROSE).meta({
    title: 'Files',
    description: 'Glob patterns of the files to read from the default branch; none reads no files, ** reads all.',
  }),
  exclude_files: GlobPatterns.default(['**/node_modules/**', '**/vendor/**']).meta({
    title: 'Files to leave out',
    description: 'Glob patterns of files and folders.',
  }),
  max_file_bytes: MaxFileBytes,
});

export type GithubConfig = z.output<typeof GithubConfig>;

export const auth = [
  direct(
    z.object({
      access_token: secret({
        title: 'Access token',
        description: 'A personal access token, fine-grained or classic; public repositories need none.',
      })
        .optional()
        .meta({ secret: true }),
    }),
  ),
  // What is read of private repositories has no narrower scope in OAuth apps:
  // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
  oauth(github, { scopes: ['repo', 'read:org'] }),
  // https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
  granted(
    z.object({
      app_id: z
        .string()
        .regex(/^[\w.]+$/, 'is not the id of an app')
        .meta({ title: 'App id', description: 'Of a GitHub App: its id or its client id.' }),
      installation_id: z
        .string()
        .regex(/^\d+$/, 'is not the number of an installation')
        .meta({ title: 'Installation id', description: 'The number at the end of the address of the installation.' }),
      private_key: secret({ title: 'Private key', description: 'Of the app, as PEM.' }),
    }),
    githubInstallation,
  ),
] as const;

/** Whether requests carry a token, whoever keeps it. */
export function hasToken({ credentials }: GithubContext): boolean {
  return 'authorization' in credentials || credentials.access_token !== undefined;
}

export type GithubContext = ConnectorContext<GithubConfig, CredentialsOf<typeof auth>>;
