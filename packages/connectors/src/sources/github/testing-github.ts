import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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
  /** Files by path, for each commit; `link:` and `module:` before the contents make what is no file. */
  readonly commits: Map<string, ReadonlyMap<string, string>>;
  head: string | undefined;
  hasIssues: boolean;
}

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body: string | Buffer };

const sha = (text: string): string => createHash('sha1').update(text).digest('hex');
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
    const [, place = '', owner = '', rest] = /^\/(orgs|users|user)(?:\/([^/]+))?(\/repos)?$/.exec(path) ?? [];
    if (place !== '')
      return this.#owner(place, place === 'user' ? 'octocat' : owner, rest !== undefined || place === 'user', url);
    const byId = /^\/repositories\/(\d+)(\/.*)?$/.exec(path);
    const byName = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(path);
    const [, key = '', below = ''] = byId ?? byName ?? [];
    const repository = [...this.repositories.values()].find((one) =>
      byId ? one.id === Number(key) : one.full_name.toLowerCase() === key.toLowerCase(),
    );
    if (!repository || (this.secluded.has(repository.full_name) && !isOurs)) return missing;
    return this.#repository(repository, below, url);
  }

  #owner(place: string, owner: string, isListing: boolean, url: URL): Answer {
    const isOrganization = this.organizations.has(owner);
    const theirs = [...this.repositories.values()].filter((one) => one.full_name.startsWith(`${owner}/`));
    const isThere = place === 'orgs' ? isOrganization : !isOrganization && theirs.length > 0;
    if (!isThere) return missing;
    if (!isListing) return json({ login: owner });
    const visible = theirs.filter((one) => place !== 'users' || !this.secluded.has(one.full_name));
    return this.#page(visible.map(described), url);
  }

  #repository(repository: PlayedRepository, below: string, url: URL): Answer {
    const [, folder = '', name = ''] = /^\/git\/(trees|blobs)\/(\w+)$/.exec(below) ?? [];
    if (folder === 'trees') return this.#tree(repository, name, url.searchParams.has('recursive'));
    if (folder === 'blobs') return blob(repository, name);
    switch (below) {
      case '':
        return json(described(repository));
      case '/issues':
        return repository.hasIssues ? this.#list(repository.issues, url) : { status: 410, body: '{}' };
      case '/issues/comments':
        return this.#list(repository.issueComments, url);
      case '/pulls/comments':
        return this.#list(repository.reviewComments, url);
      case '/pulls':
        return this.#list(repository.pulls, url);
      case '/commits/HEAD':
        return repository.head === undefined
          ? { status: 409, body: '{"message":"Git Repository is empty."}' }
          : { status: 200, body: repository.head };
      default:
        return missing;
    }
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

  #tree(repository: PlayedRepository, name: string, isRecursive: boolean): Answer {
    for (const [commit, files] of repository.commits) {
      for (const folder of new Set(['', ...[...files.keys()].flatMap(foldersOf)])) {
        if ((folder === '' ? commit : sha(`${commit}:${folder}`)) !== name) continue;
        const entries = entriesBelow(commit, files, folder, isRecursive);
        const truncated = isRecursive && entries.length > this.treeSize;
        return json({ sha: name, tree: truncated ? entries.slice(0, this.treeSize) : entries, truncated });
      }
    }
    return missing;
  }
}

const foldersOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_part, at, parts) => `${parts.slice(0, at + 1).join('/')}/`);

function entriesBelow(commit: string, files: ReadonlyMap<string, string>, folder: string, isRecursive: boolean) {
  const trees = new Set([...files.keys()].flatMap(foldersOf).filter((one) => one !== folder && one.startsWith(folder)));
  const all = [
    ...[...trees].map((one) => ({
      path: one.slice(folder.length, -1),
      mode: '040000',
      type: 'tree',
      sha: sha(`${commit}:${one}`),
    })),
    ...[...files]
      .filter(([path]) => path.startsWith(folder))
      .map(([path, content]) => ({
        path: path.slice(folder.length),
        mode: content.startsWith('link:') ? '120000' : content.startsWith('module:') ? '160000' : '100644',
        type: content.startsWith('module:') ? 'commit' : 'blob',
        sha: sha(content),
        ...(content.startsWith('module:') ? {} : { size: Buffer.byteLength(content) }),
      })),
  ];
  return isRecursive ? all : all.filter(({ path }) => !path.includes('/'));
}

function blob(repository: PlayedRepository, name: string): Answer {
  const contents = [...repository.commits.values()].flatMap((files) => [...files.values()]);
  const found = contents.find((content) => sha(content) === name);
  return found === undefined ? missing : { status: 200, body: found };
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
