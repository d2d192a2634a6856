import { AsyncLocalStorage } from 'node:async_hooks';
import type { OrganizationId } from '../lib/ids.ts';

/** Whose rows the running code may see: of one organization, of everyone, or (`undefined`) of nobody. */
export type TenantScope = { readonly organizationId: OrganizationId } | 'everyone' | undefined;

const scopes = new AsyncLocalStorage<TenantScope>();

/** Runs work that may see the rows of one organization; a transaction that it begins stays that organization's. */
export function runAs<T>(organizationId: OrganizationId, work: () => T): T {
  return scopes.run({ organizationId }, work);
}

/** Runs work that is for all organizations, such as the queue, or that has yet to find out whose a key or a link is. */
export function runForEveryone<T>(work: () => T): T {
  return scopes.run('everyone', work);
}

/** Runs work that may see no row of any organization: what it is for code that nobody has said anything about. */
export function runForNobody<T>(work: () => T): T {
  return scopes.run(undefined, work);
}

/** Matters where the control store has row-level security; elsewhere every connection sees every row. */
export function currentScope(): TenantScope {
  return scopes.getStore();
}
