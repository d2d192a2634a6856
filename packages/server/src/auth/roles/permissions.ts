import type { Scope } from '../actor.ts';

/**
 * What a role may allow, as categories and actions, and the scopes that each stands for. Categories and actions carry the
 * names of the Apinizer document's role model; a cell that is not here means nothing in this service and cannot be given.
 */
export const permissionScopes = {
  API_MANAGEMENT: {
    VIEW: ['collections:read'],
    // There, too, whoever manages APIs manages connections.
    MANAGE: ['collections:write', 'source_connections:write'],
    DEPLOY_UNDEPLOY: ['source_connections:write'],
    EXECUTE: ['search:read'],
  },
  API_CREATOR: { VIEW: ['collections:read'], MANAGE: ['collections:write'] },
  API_INTEGRATOR: { VIEW: ['syncs:read'], MANAGE: ['syncs:write'], EXECUTE: ['syncs:write'] },
  CONNECTIONS: {
    VIEW: ['source_connections:read'],
    MANAGE: ['source_connections:write'],
    // An import makes and changes connections.
    EXPORT_IMPORT: ['source_connections:write'],
  },
  GLOBAL_SETTINGS: { VIEW: ['organization:read'], MANAGE: ['organization:write'] },
  IDENTITY: { VIEW: ['api_keys:read'], MANAGE: ['api_keys:write'] },
  SECRETS_CERTIFICATES: { VIEW: ['source_connections:read'], MANAGE: ['source_connections:write'] },
  MONITORING: { VIEW: ['syncs:read'], MANAGE: ['syncs:write'] },
  ANALYTICS: { VIEW: ['search:read'] },
  AUDIT: { VIEW: ['audit:read'] },
  TESTING: { VIEW: ['source_connections:read'], EXECUTE: ['source_connections:write'] },
  PROJECT_MANAGEMENT: { VIEW: ['organization:read'], MANAGE: ['organization:write'] },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly [Scope, ...Scope[]]>>>>;

type Table = typeof permissionScopes;

/** `CONNECTIONS:MANAGE` */
export type Permission = { [C in keyof Table]: `${C}:${Extract<keyof Table[C], string>}` }[keyof Table];

/** Every permission that can be given. */
export const permissions = Object.entries(permissionScopes).flatMap(([category, actions]) =>
  Object.keys(actions).map((action) => `${category}:${action}`),
) as readonly Permission[];

const scopesByPermission = new Map<string, readonly Scope[]>(
  Object.entries(permissionScopes).flatMap(([category, actions]) =>
    Object.entries(actions).map(([action, scopes]) => [`${category}:${action}`, scopes] as const),
  ),
);

/** The scopes that a permission stands for; none for one that this version does not know. */
export function scopesOf(permission: Permission): readonly Scope[] {
  return scopesByPermission.get(permission) ?? [];
}

/** The scopes of several permissions, each once. */
export function scopesOfAll(names: readonly Permission[]): ReadonlySet<Scope> {
  return new Set(names.flatMap(scopesOf));
}

/** The permissions of a stored role; one that this version does not know grants nothing. */
export function readPermissions(text: string): readonly Permission[] {
  return (JSON.parse(text) as string[]).filter((name): name is Permission => scopesByPermission.has(name));
}
