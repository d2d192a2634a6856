import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { playedBlob, playedTree, sha } from './testing-git.ts';

export interface Item {
  readonly id: number;
  updated_at: string;
  created_at: string;
  [field: string]: unknown;
}

export interface PlayedRepository {
  readonly id: number;
  full_name: string;
  fork: boolean;
  description: string;
  readonly issues: Item[];
  readonly pulls: Item[];
  readonly issueComments: Item[];
  readonly reviewComments: Item[];
  /** See `Commits`. */
  readonly commits: Map<string, ReadonlyMap<string, string>>;
  head: string | undefined;
  hasIssues: boolean;
}

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body: string | Buffer };

const json = (value: unknown, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});
const missing: Answer = { status: 404, body: '{"message":"Not Found"}' };

export const TOKEN = 'canary-token-3c41';

/** Plays GitHub's REST API below `/api/v3` or without a root, with state that tests change between syncs. */
export class PlayedGithub {
  readonly repositories = new Map<string, PlayedRepository>();
  readonly organizations = new Set<string>();
  /** Path and query of each request, with the status that was answered. */
  readonly requests: { readonly path: string; readonly status: number }[] = [];
  /** The most items of a page, whatever was asked for. */
  pageSize = 100;
  /** The most entries of a tree before it is cut. */
  treeSize = 100_000;
  /** Requests without a token see public repositories; these ones are private. */
  readonly secluded = new Set<string>();
  /** Answers instead of the API when it gives something. */
  intercept: (path: string) => Answer | undefined = () => undefined;
  /** Where links to next pages point; the server itself by default. */
  linkOrigin: string | undefined;
  readonly #server = createServer((request, response) => this.#serve(request, response));
  #number = 1_000;

  static async start(): Promise<PlayedGithub> {
    const github = new PlayedGithub();
    github.#server.listen(0, '127.0.0.1');
    await once(github.#server, 'listening');
    return github;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  repository(name: string): PlayedRepository {
    const known = this.repositories.get(name.toLowerCase());
    if (known) return known;
    const made: PlayedRepository = {
      id: (this.#number += 1),
      full_name: name,
      fork: false,
      description: `All about ${name}`,
      issues: [],
      pulls: [],
      issueComments: [],
      reviewComments: [],
      commits: new Map(),
      head: undefined,
      hasIssues: true,
    };
    this.repositories.set(name.toLowerCase(), made);
    return made;
  }

  /** Adds an issue; a pull request is one too, and is found in both lists. */
  issue(name: string, number: number, updatedAt: string, more: Record<string, unknown> = {}): Item {
    const repository = this.repository(name);
    const item: Item = {
      id: repository.id * 1_000 + number,
      number,
      title: `Issue ${number}`,
      body: `Words of ${number}`,
      state: 'open',
      user: { login: 'octocat' },
      labels: [{ name: 'bug' }],
      assignees: [],
      comments: 0,
      html_url: `https://github.com/${name}/issues/${number}`,
      created_at: '2026-01-01T00:00:00Z',
      updated_at: updatedAt,
      ...more,
    };
    repository.issues.push(item);
    if ('pull_request' in more)
      repository.pulls.push({ ...item, base: { ref: 'main' }, head: { ref: `topic-${number}` }, draft: false });
    return item;
  }

  comment(name: string, kind: 'issue' | 'review', id: number, updatedAt: string, body = `Comment ${id}`): Item {
    const repository = this.repository(name);
    const about = `https://api.github.com/repos/${name}/${kind === 'issue' ? 'issues' : 'pulls'}/7`;
    const item: Item = {
      id,
      body,
      user: null,
      html_url: `https://github.com/${name}/issues/7#comment-${id}`,
      created_at: updatedAt,
      updated_at: updatedAt,
      ...(kind === 'issue' ? { issue_url: about } : { pull_request_url: about, path: 'src/main.ts' }),
    };
    (kind === 'issue' ? repository.issueComments : repository.reviewComments).push(item);
    return item;
  }

  /** Puts a commit with these files on the default branch; gives its name. */
  commit(name: string, files: Readonly<Record<string, string>>): string {
    const repository = this.repository(name);
    const commit = sha(JSON.stringify([files, repository.commits.size]));
    repository.commits.set(commit, new Map(Object.entries(files)));
    repository.head = commit;
    return commit;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const path = url.pathname.replace(/^\/api\/v3(?=\/)/, '');
    const isOurs = request.headers.authorization === `Bearer ${TOKEN}`;
    const answer =
      this.intercept(`${path}${url.search}`) ??
      (request.headers.authorization === undefined || isOurs
        ? this.#answer(path, url, isOurs)
        : { status: 401, body: '{"message":"Bad credentials"}' });
    const etag = `W/"${sha(answer.body.toString())}"`;
    const isSame = answer.status === 200 && request.headers['if-none-match'] === etag;
    const status = isSame ? 304 : answer.status;
    this.requests.push({ path: `${path}${url.search}`, status });
    response.writeHead(status, { etag, ...answer.headers }).end(isSame ? undefined : answer.body);
  }

  #answer(path: string, url: URL, isOurs: boolean): Answer {
    if (path === '/user') return isOurs ? json({ login: 'octocat' }) : missing;
    if (path === '/user/repos') return this.#page(this.#repositoriesOf('octocat').map(described), url);
    const owner = /^\/(orgs|users)\/([^/]+)(\/repos)?$/.exec(path);
    if (owner) return this.#owner(owner[1] === 'orgs', owner[2] ?? '', owner[3] !== undefined, url);
    const [, name = '', below = ''] = /^\/(repos\/[^/]+\/[^/]+|repositories\/\d+)(\/.*)?$/.exec(path) ?? [];
    const repository = this.#find(name.toLowerCase(), isOurs);
    return repository ? (this.#git(repository, below, url) ?? this.#repository(repository, below, url)) : missing;
  }

  #find(name: string, isOurs: boolean): PlayedRepository | undefined {
    const namesOf = (one: PlayedRepository) => [`repositories/${one.id}`, `repos/${one.full_name.toLowerCase()}`];
    const visible = [...this.repositories.values()].filter((one) => isOurs || !this.secluded.has(one.full_name));
    return visible.find((one) => namesOf(one).includes(name));
  }

  #repositoriesOf(owner: string): readonly PlayedRepository[] {
    return [...this.repositories.values()].filter((one) => one.full_name.startsWith(`${owner}/`));
  }

  #owner(isOrganization: boolean, owner: string, isListing: boolean, url: URL): Answer {
    const theirs = this.#repositoriesOf(owner);
    if (theirs.length === 0 || this.organizations.has(owner) !== isOrganization) return missing;
    if (!isListing) return json({ login: owner });
    const visible = theirs.filter((one) => isOrganization || !this.secluded.has(one.full_name));
    return this.#page(visible.map(described), url);
  }

  #git({ commits, head }: PlayedRepository, below: string, url: URL): Answer | undefined {
    if (below === '/commits/HEAD')
      return head === undefined
        ? { status: 409, body: '{"message":"Git Repository is empty."}' }
        : { status: 200, body: head };
    const [, kind, name = ''] = /^\/git\/(trees|blobs)\/(\w+)$/.exec(below) ?? [];
    if (kind === undefined) return undefined;
    const tree = playedTree(commits, name, url.searchParams.has('recursive'), this.treeSize);
    if (kind === 'trees') return tree ? json(tree) : missing;
    const blob = playedBlob(commits, name);
    return blob === undefined ? missing : { status: 200, body: blob };
  }

  #repository(repository: PlayedRepository, below: string, url: URL): Answer {
    if (below === '/issues' && !repository.hasIssues) return { status: 410, body: '{"message":"Issues are disabled"}' };
    const lists: Readonly<Record<string, readonly Item[]>> = {
      '/issues': repository.issues,
      '/issues/comments': repository.issueComments,
      '/pulls/comments': repository.reviewComments,
      '/pulls': repository.pulls,
    };
    const list = lists[below];
    if (list) return this.#list(list, url);
    return below === '' ? json(described(repository)) : missing;
  }

  #list(items: readonly Item[], url: URL): Answer {
    const since = url.searchParams.get('since');
    const by = url.searchParams.get('sort') === 'updated' ? 'updated_at' : 'created_at';
    const sign = url.searchParams.get('direction') === 'asc' ? 1 : -1;
    const wanted = items
      .filter((item) => since === null || item.updated_at >= since)
      .toSorted((a, b) => sign * (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : a.id - b.id));
    return this.#page(wanted, url);
  }

  #page(items: readonly unknown[], url: URL): Answer {
    const page = Number(url.searchParams.get('page') ?? 1);
    const size = Math.min(this.pageSize, Number(url.searchParams.get('per_page') ?? 30));
    const next = new URL(`${url.pathname}${url.search}`, this.linkOrigin ?? this.url);
    next.searchParams.set('page', String(page + 1));
    const more = page * size < items.length;
    const link = `<${next.href}>; rel="next", <${next.href}>; rel="last"`;
    return json(items.slice((page - 1) * size, page * size), more ? { link } : {});
  }
}

const described = ({ id, full_name, fork, description }: PlayedRepository) => ({
  id,
  full_name,
  name: full_name.split('/')[1],
  description,
  private: false,
  fork,
  html_url: `https://github.com/${full_name}`,
  default_branch: 'main',
  created_at: '2025-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  pushed_at: null,
});
