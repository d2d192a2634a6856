import type { AnyConnectionType, TypeContext } from './connection-type.ts';
import { ConnectorError } from './connector-error.ts';
import type { Clock, Logger } from './context.ts';
import { createConnect } from './guarded-connect.ts';
import { createHttpClient } from './guarded-http-client.ts';
import type { Json, JsonObject } from './json.ts';
import type { KeyMaterial } from './key-material.ts';
import { createNetworkGuard } from './network-guard.ts';
import type { GuardOptions, NetworkPolicy } from './network-guard.ts';
import { fillPlaceholders, placeholdersIn } from './placeholders.ts';
import { createFileAccess } from './root-file-access.ts';

export interface TypeContextOptions extends GuardOptions {
  readonly type: AnyConnectionType;
  /** As stored, secrets in their places as text; placeholders as written. */
  readonly settings: JsonObject;
  /** What placeholders stand for in the environment of this use. */
  readonly variables: ReadonlyMap<string, string>;
  readonly keyMaterial: (name: string) => Promise<KeyMaterial>;
  readonly policy: NetworkPolicy;
  /** The operator's `TRIBUTARY_FILE_ROOTS`. */
  readonly roots: readonly string[];
  /** The data directory. */
  readonly refused: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface OwnedTypeContext extends TypeContext {
  /** Closes kept connections. */
  close(): Promise<void>;
}

const LIMITS = { requestsPerMinute: 6_000, concurrency: 24 };

/**
 * Everything that one use of a connection may touch, built from the operator's rules. Throws `ConnectorError('configuration')`
 * that names the variables that are missing, or the fields that do not fit once these are filled in.
 */
export function createTypeContext(options: TypeContextOptions): OwnedTypeContext {
  const { type, variables, policy, lookup, signal, clock, log } = options;
  const settings = readSettings(type, options.settings, variables);
  const guardOptions = { ...(lookup && { lookup }), signal };
  const http = createHttpClient({ policy, limits: LIMITS, clock, log, ...guardOptions });
  const guard = createNetworkGuard(policy, guardOptions);
  const files = createFileAccess({ roots: options.roots, refused: options.refused });
  return {
    settings,
    http,
    connect: createConnect(policy, guardOptions),
    resolve: (host) => guard.resolve(host),
    writableFolder: (path) => files.writableFolder(path),
    keyMaterial: options.keyMaterial,
    clock,
    log,
    signal,
    close: () => http.close(),
  };
}

function readSettings(
  type: AnyConnectionType,
  stored: JsonObject,
  variables: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const missing = [...placeholdersIn(stored as Json)].filter((name) => !variables.has(name));
  if (missing.length > 0) {
    const names = missing.map((name) => `\${${name}}`).join(', ');
    throw new ConnectorError(
      'configuration',
      `The environment has no variable for ${names}; define it there or in the project.`,
    );
  }
  const parsed = type.fields.safeParse(fillPlaceholders(stored, (name) => variables.get(name)));
  const issues = parsed.success ? (type.conditions?.(parsed.data) ?? []) : parsed.error.issues;
  if (!parsed.success || issues.length > 0) {
    const words = issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
    throw new ConnectorError('configuration', words.join('; '));
  }
  return parsed.data;
}
