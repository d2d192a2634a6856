import { z } from 'zod';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Slice } from '../../kit/connector.ts';
import type { Json } from '../../kit/json.ts';
import { hasToken } from './config.ts';
import type { GithubConfig, GithubContext } from './config.ts';
import { get, itemsOf, nextPath, PER_PAGE } from './github-api.ts';

const Login = z.object({ login: z.string() });
const Listed = z.object({ full_name: z.string(), fork: z.boolean().default(false) });
const SliceValue = z.object({ repository: z.string() });

/** Names differ in their letters' case and are still the same to GitHub. */
export const repositoryId = (name: string): string => name.toLowerCase();

/** Whether the configuration names the repository itself, so that it has to be there. */
export const isNamed = ({ repositories }: GithubConfig, name: string): boolean =>
  repositories.some((one) => repositoryId(one) === repositoryId(name));

/** What a repository that is not there means; throws when the configuration names it, else it went a moment ago. */
export function checkMissing(ctx: GithubContext, name: string): void {
  if (!isNamed(ctx.config, name)) return;
  const seen = hasToken(ctx) ? 'the token may not see it' : 'it is private and needs a token';
  throw new ConnectorError(
    'configuration',
    `The repository ${name} is not there, or ${seen}; take it out of repositories or grant access.`,
  );
}

/** The login of the token's owner; `undefined` without a token, and for tokens of apps, which belong to nobody. */
export async function tokenLogin(ctx: GithubContext): Promise<string | undefined> {
  if (!hasToken(ctx)) return undefined;
  const answer = await get(ctx, '/user', { accept: [403] });
  return answer.status === 403 ? undefined : Login.parse(answer.json()).login;
}

/** The path of the list of an owner's repositories. Throws `ConnectorError('configuration')` when there is no such owner. */
async function ownersListing(ctx: GithubContext, owner: string): Promise<string> {
  const organization = await get(ctx, `/orgs/${owner}`, { accept: [404] });
  if (organization.status !== 404) return `/orgs/${owner}/repos?type=all`;
  const user = await get(ctx, `/users/${owner}`, { accept: [404] });
  if (user.status === 404) {
    throw new ConnectorError('configuration', `There is no organization or user ${owner}; check owner and base_url.`);
  }
  // Private repositories are told to their owner alone, and only in the first person.
  const login = await tokenLogin(ctx);
  const isSelf = login?.toLowerCase() === owner.toLowerCase();
  return isSelf ? '/user/repos?affiliation=owner' : `/users/${owner}/repos?type=owner`;
}

/** The repositories of `owner` as GitHub gives them, page by page; nothing when no owner is configured. */
export async function* ownersRepositories(ctx: GithubContext): AsyncGenerator<readonly Json[]> {
  const { owner, include_forks: forks } = ctx.config;
  if (owner === undefined) return;
  const listing = await ownersListing(ctx, owner);
  for (let path: string | undefined = `${listing}&sort=full_name&per_page=${PER_PAGE}`; path !== undefined;) {
    const answer = await get(ctx, path);
    yield itemsOf(answer).filter((item) => {
      const { data } = Listed.safeParse(item);
      return data && (forks || !data.fork) && !isNamed(ctx.config, data.full_name);
    });
    path = nextPath(ctx, answer);
  }
}

/** The repositories that are named, each once. Throws `ConnectorError('configuration')` when nothing is to be read. */
export function namedRepositories({ config }: GithubContext): readonly string[] {
  if (config.repositories.length === 0 && config.owner === undefined)
    throw new ConnectorError('configuration', 'Nothing is to be read; name repositories or an owner.');
  return [...new Map(config.repositories.map((name) => [repositoryId(name), name])).values()];
}

/** One slice a repository. */
export async function repositorySlices(ctx: GithubContext): Promise<readonly Slice[]> {
  const names = [...namedRepositories(ctx)];
  for await (const items of ownersRepositories(ctx)) names.push(...items.map((item) => Listed.parse(item).full_name));
  return names.map((name) => ({ id: repositoryId(name), value: { repository: name } }));
}

/** The repository (`owner/name`) of a slice. */
export const repositoryOf = (slice: Slice | undefined): string => SliceValue.parse(slice?.value).repository;
