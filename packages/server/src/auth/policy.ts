import { errors } from '../errors.ts';
import type { ProjectId } from '../lib/ids.ts';
import type { Actor, Scope } from './actor.ts';
import { type Permission, scopesOf } from './roles/permissions.ts';

/** What a caller may do: in the whole organization, and beside that in single projects. */
export type Rights = Pick<Actor, 'scopes' | 'projectScopes'>;

function has(granted: ReadonlySet<Scope | '*'>, scope: Scope): boolean {
  if (granted.has('*') || granted.has(scope)) return true;
  return scope.endsWith(':read') && granted.has(scope.replace(/:read$/, ':write') as Scope);
}

/** Whether the actor carries the scope in the whole organization; `*` carries all, and `<noun>:write` carries `<noun>:read`. */
export function allows(actor: Pick<Rights, 'scopes'>, scope: Scope): boolean {
  return has(actor.scopes, scope);
}

/** Whether the actor carries the scope for what lies in the project. */
export function allowsIn(actor: Rights, scope: Scope, projectId: ProjectId): boolean {
  return allows(actor, scope) || has(actor.projectScopes?.get(projectId) ?? new Set(), scope);
}

/** Whether there is anything that the actor carries the scope for; where, the route's service has to ask. */
export function allowsSomewhere(actor: Rights, scope: Scope): boolean {
  return allows(actor, scope) || [...(actor.projectScopes?.values() ?? [])].some((granted) => has(granted, scope));
}

/**
 * Lets the actor pass who carries the scope, or all that the permission stands for: in the whole organization, or, when a
 * project is named, in that one.
 * @throws forbidden
 */
export function authorize(actor: Rights, needed: Scope | Permission, projectId?: ProjectId): void {
  const wanted = isPermission(needed) ? scopesOf(needed) : [needed];
  for (const scope of wanted) {
    const allowed = projectId === undefined ? allows(actor, scope) : allowsIn(actor, scope, projectId);
    if (!allowed) throw errors.forbidden({ scope });
  }
}

/**
 * Nobody gives what they do not have: refuses when a key or a role would carry more, there, than its maker.
 * @throws forbidden
 */
export function refuseMoreThanOwn(actor: Rights, wanted: Iterable<Scope | '*'>, projectId?: ProjectId | null): void {
  for (const scope of wanted) {
    if (scope !== '*') authorize(actor, scope, projectId ?? undefined);
    else if (!actor.scopes.has('*')) throw errors.forbidden({ scope });
  }
}

function isPermission(needed: Scope | Permission): needed is Permission {
  return /^[A-Z]/.test(needed);
}
