import type { Slice } from '../../kit/connector.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import type { Page } from '../../kit/page.ts';
import type { GithubContext } from './config.ts';
import { auth, GithubConfig } from './config.ts';
import { CommentsCursor, commentKey, readComments } from './read-comments.ts';
import { describeFile, fileKey, FileRow, fileText } from './file-row.ts';
import { FilesCursor, readFiles } from './read-files.ts';
import { IssuesCursor, readIssues } from './read-issues.ts';
import { PullRequestsCursor, readPullRequests } from './read-pull-requests.ts';
import { readRepositories, RepositoriesCursor } from './read-repositories.ts';
import { get } from './github-api.ts';
import {
  checkMissing,
  namedRepositories,
  ownersRepositories,
  repositoryOf,
  repositorySlices,
  tokenLogin,
} from './repositories.ts';
import {
  CommentRow,
  describeComment,
  describeRepository,
  describeThread,
  IssueRow,
  PullRequestRow,
  RepositoryRow,
} from './rows.ts';

const lines = (...parts: readonly (string | null | undefined)[]): string => parts.filter(Boolean).join('\n');
/** The body is in the text already. */
const withoutBody = <Row extends { readonly body?: string | undefined }>({ body: _body, ...kept }: Row) => kept;

/** What the streams of which every repository is a slice have in common. */
const perRepository = <Row, Cursor>(
  read: (ctx: GithubContext, repository: string, since?: Cursor) => AsyncIterable<Page<Row, Cursor>>,
) => ({
  incremental: true,
  slices: repositorySlices,
  read: (ctx: GithubContext, since: Cursor | undefined, slice?: Slice) => read(ctx, repositoryOf(slice), since),
});

/** Issues, pull requests, comments and files of repositories on GitHub, or on a GitHub Enterprise Server. */
export const github = defineConnector(
  {
    id: 'github',
    title: 'GitHub',
    description: 'Repositories with their issues, pull requests, comments and the files of the default branch.',
    labels: ['code', 'issues'],
    auth,
    config: GithubConfig,
    endpoint: ['base_url'],
    limits: { requestsPerMinute: 600, concurrency: 4 },
    continuous: { everySeconds: 300 },
    async check(ctx) {
      const names = namedRepositories(ctx);
      const login = await tokenLogin(ctx);
      for (const name of names) {
        const answer = await get(ctx, `/repos/${name}`, { accept: [404] });
        if (answer.status === 404) checkMissing(ctx, name);
      }
      for await (const _page of ownersRepositories(ctx)) break;
      return { account: login ?? ctx.config.owner ?? names[0] ?? '' };
    },
  },
  (stream) => ({
    repositories: stream({
      title: 'Repositories',
      row: RepositoryRow,
      cursor: RepositoriesCursor,
      primaryKey: ['id'],
      incremental: true,
      deletes: 'listing',
      key: (row) => String(row.id),
      text: (row) => lines(row.full_name, row.description, row.topics.join(' '), row.homepage),
      describe: describeRepository,
      read: (ctx, since) => readRepositories(ctx, since),
    }),

    issues: stream({
      title: 'Issues',
      row: IssueRow,
      cursor: IssuesCursor,
      primaryKey: ['id'],
      key: (row) => String(row.id),
      text: (row) => lines(row.title, row.body, row.labels.join(' ')),
      describe: describeThread,
      fields: withoutBody,
      ...perRepository(readIssues),
    }),

    pull_requests: stream({
      title: 'Pull requests',
      row: PullRequestRow,
      cursor: PullRequestsCursor,
      primaryKey: ['id'],
      key: (row) => String(row.id),
      text: (row) => lines(row.title, row.body, row.labels.join(' ')),
      describe: describeThread,
      fields: withoutBody,
      ...perRepository(readPullRequests),
    }),

    comments: stream({
      title: 'Comments',
      row: CommentRow,
      cursor: CommentsCursor,
      primaryKey: ['kind', 'id'],
      key: commentKey,
      text: (row) => lines(row.body, row.path),
      describe: describeComment,
      fields: withoutBody,
      ...perRepository(readComments),
    }),

    files: stream({
      title: 'Files',
      row: FileRow,
      cursor: FilesCursor,
      primaryKey: ['repository', 'path'],
      key: fileKey,
      text: fileText,
      describe: describeFile,
      fields: ({ text: _text, ...kept }) => kept,
      ...perRepository(readFiles),
    }),
  }),
);
