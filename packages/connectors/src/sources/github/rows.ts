import { z } from 'zod';
import type { Breadcrumb, RecordDescription } from '../../kit/connector.ts';

const Person = z.object({ login: z.string() }).nullish();
const Label = z.union([z.string(), z.object({ name: z.string() })]);

const fieldsOfAll = {
  id: z.number(),
  url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
};

export const RepositoryRow = z.object({
  ...fieldsOfAll,
  name: z.string(),
  full_name: z.string(),
  description: z.string().nullable(),
  homepage: z.string().nullable(),
  private: z.boolean(),
  fork: z.boolean(),
  archived: z.boolean(),
  language: z.string().nullable(),
  topics: z.array(z.string()),
  stars: z.number(),
  default_branch: z.string(),
  pushed_at: z.string().nullable(),
});

/** What issues and pull requests have in common. */
const thread = {
  ...fieldsOfAll,
  repository: z.string(),
  number: z.number(),
  title: z.string(),
  body: z.string().optional(),
  state: z.string(),
  author: z.string().nullable(),
  labels: z.array(z.string()),
  assignees: z.array(z.string()),
  milestone: z.string().nullable(),
  closed_at: z.string().nullable(),
};

export const IssueRow = z.object({ ...thread, state_reason: z.string().nullable(), comments: z.number() });

export const PullRequestRow = z.object({
  ...thread,
  draft: z.boolean(),
  merged_at: z.string().nullable(),
  base_branch: z.string(),
  head_branch: z.string(),
  reviewers: z.array(z.string()),
});

export const CommentRow = z.object({
  ...fieldsOfAll,
  kind: z.enum(['issue', 'review']),
  repository: z.string(),
  /** Of the issue or pull request. */
  number: z.number(),
  author: z.string().nullable(),
  body: z.string().optional(),
  /** The file that a review comments on. */
  path: z.string().optional(),
});

export type RepositoryRow = z.output<typeof RepositoryRow>;
export type IssueRow = z.output<typeof IssueRow>;
export type PullRequestRow = z.output<typeof PullRequestRow>;
export type CommentRow = z.output<typeof CommentRow>;

const given = { id: z.number(), html_url: z.string(), created_at: z.string(), updated_at: z.string() };

const GivenRepository = z.object({
  ...given,
  name: z.string(),
  full_name: z.string(),
  description: z.string().nullish(),
  homepage: z.string().nullish(),
  private: z.boolean(),
  fork: z.boolean(),
  archived: z.boolean().default(false),
  language: z.string().nullish(),
  topics: z.array(z.string()).default([]),
  stargazers_count: z.number().default(0),
  default_branch: z.string(),
  pushed_at: z.string().nullish(),
});

const givenThread = {
  ...given,
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  user: Person,
  labels: z.array(Label).default([]),
  assignees: z.array(Person).nullish(),
  milestone: z.object({ title: z.string() }).nullish(),
  closed_at: z.string().nullish(),
};

const GivenIssue = z.object({
  ...givenThread,
  comments: z.number().default(0),
  state_reason: z.string().nullish(),
});

const GivenPullRequest = z.object({
  ...givenThread,
  draft: z.boolean().default(false),
  merged_at: z.string().nullish(),
  base: z.object({ ref: z.string() }),
  head: z.object({ ref: z.string() }),
  requested_reviewers: z.array(Person).nullish(),
});

const GivenComment = z.object({
  ...given,
  body: z.string().nullish(),
  user: Person,
  path: z.string().optional(),
  issue_url: z.string().optional(),
  pull_request_url: z.string().optional(),
});

const logins = (people: readonly z.output<typeof Person>[] | null | undefined): string[] =>
  (people ?? []).flatMap((person) => person?.login ?? []);

const bodyOf = (body: string | null | undefined) => (body ? { body } : {});

const common = (one: z.output<z.ZodObject<typeof given>>) => ({
  id: one.id,
  url: one.html_url,
  created_at: one.created_at,
  updated_at: one.updated_at,
});

const threadOf = (repository: string, one: z.output<z.ZodObject<typeof givenThread>>) => ({
  ...common(one),
  repository,
  number: one.number,
  title: one.title,
  ...bodyOf(one.body),
  state: one.state,
  author: one.user?.login ?? null,
  labels: one.labels.map((label) => (typeof label === 'string' ? label : label.name)),
  assignees: logins(one.assignees),
  milestone: one.milestone?.title ?? null,
  closed_at: one.closed_at ?? null,
});

/** Rows of what GitHub gives; all throw `ZodError` when it has another shape than documented. */
export function repositoryRow(item: unknown): RepositoryRow {
  const one = GivenRepository.parse(item);
  return {
    ...common(one),
    name: one.name,
    full_name: one.full_name,
    description: one.description ?? null,
    homepage: one.homepage ?? null,
    private: one.private,
    fork: one.fork,
    archived: one.archived,
    language: one.language ?? null,
    topics: one.topics,
    default_branch: one.default_branch,
    stars: one.stargazers_count,
    pushed_at: one.pushed_at ?? null,
  };
}

export function issueRow(repository: string, item: unknown): IssueRow {
  const one = GivenIssue.parse(item);
  return { ...threadOf(repository, one), comments: one.comments, state_reason: one.state_reason ?? null };
}

export function pullRequestRow(repository: string, item: unknown): PullRequestRow {
  const one = GivenPullRequest.parse(item);
  return {
    ...threadOf(repository, one),
    draft: one.draft,
    merged_at: one.merged_at ?? null,
    base_branch: one.base.ref,
    head_branch: one.head.ref,
    reviewers: logins(one.requested_reviewers),
  };
}

export function commentRow(repository: string, kind: CommentRow['kind'], item: unknown): CommentRow {
  const one = GivenComment.parse(item);
  const number = Number(/\/(\d+)$/.exec(one.issue_url ?? one.pull_request_url ?? '')?.[1]);
  return {
    ...common(one),
    kind,
    repository,
    number: z.int().parse(number),
    author: one.user?.login ?? null,
    ...bodyOf(one.body),
    ...(one.path !== undefined && { path: one.path }),
  };
}

export const repositoryCrumb = (repository: string): Breadcrumb => ({
  id: repository,
  name: repository,
  type: 'repository',
});

const times = ({ created_at, updated_at }: { readonly created_at: string; readonly updated_at: string }) => ({
  createdAt: Date.parse(created_at),
  updatedAt: Date.parse(updated_at),
});

export const describeRepository = (row: RepositoryRow): RecordDescription => ({
  name: row.full_name,
  url: row.url,
  ...times(row),
});

export const describeThread = (row: IssueRow | PullRequestRow): RecordDescription => ({
  name: row.title === '' ? `#${row.number}` : row.title,
  url: row.url,
  ...times(row),
  breadcrumbs: [repositoryCrumb(row.repository)],
});

export const describeComment = (row: CommentRow): RecordDescription => ({
  name: `${row.author ?? 'Somebody'} on #${row.number}`,
  url: row.url,
  ...times(row),
  breadcrumbs: [
    repositoryCrumb(row.repository),
    { id: `${row.repository}#${row.number}`, name: `#${row.number}`, type: 'issue' },
  ],
});
