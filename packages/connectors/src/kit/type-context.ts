import type { AnyConnectionType, TypeContext } from './connection-type.ts';
import { ConnectorError } from './connector-error.ts';
import type { Clock, Logger } from './context.ts';
import { createConnect } from './guarded-connect.ts';
import { createHttpClient } from './guarded-http-client.ts';
import type { Json, JsonObject } from './json.ts';
import type { KeyMaterial } from './key-material.ts';
import { createNetworkGuard } from './network-guard.ts';
import type { GuardOptions, NetworkPolicy } from './network-guard.ts';
import { breakPlaceholders, fillPlaceholders, placeholdersIn } from './placeholders.ts';
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
  const shared = { policy, clock, log, ...guardOptions };
  const http = createHttpClient({ ...shared, limits: LIMITS });
  const guard = createNetworkGuard(policy, guardOptions);
  const files = createFileAccess({ roots: options.roots, refused: options.refused });
  return {
    settings,
    http,
    createHttp: ({ perHost, total, tries }) =>
      createHttpClient({
        ...shared,
        limits: { ...LIMITS, concurrency: total },
        perHost,
        ...(tries !== undefined && { tries }),
      }),
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
  const filled = fillPlaceholders(stored, (name) => variables.get(name));
  const parsed = type.fields.safeParse(filled);
  // A number or a choice takes a placeholder in its place; one that a variable brought in is not filled any more.
  const final = parsed.success ? type.fields.safeParse(breakPlaceholders(filled)) : parsed;
  const issues = parsed.success && final.success ? (type.conditions?.(parsed.data) ?? []) : final.error?.issues;
  if (!parsed.success || issues === undefined || issues.length > 0) {
    const words = (issues ?? []).map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
    throw new ConnectorError('configuration', words.join('; '));
  }
  return parsed.data;
}
