import { errors } from '../errors.ts';
import type { Actor, Scope } from './actor.ts';

/** Whether the actor's key carries the scope; `*` carries all, and `<noun>:write` carries `<noun>:read`. */
export function allows(actor: Pick<Actor, 'scopes'>, scope: Scope): boolean {
  if (actor.scopes.has('*') || actor.scopes.has(scope)) return true;
  return scope.endsWith(':read') && actor.scopes.has(scope.replace(/:read$/, ':write') as Scope);
}

/** @throws forbidden when the actor's key lacks the scope. */
export function authorize(actor: Pick<Actor, 'scopes'>, scope: Scope): void {
  if (!allows(actor, scope)) throw errors.forbidden({ scope });
}
