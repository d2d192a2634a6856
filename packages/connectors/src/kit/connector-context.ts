import type { Clock, ConnectorContext, Logger } from './context.ts';
import { ConnectorError } from './connector-error.ts';
import type { Connector } from './connector.ts';
import { createHttpClient } from './guarded-http-client.ts';
import { createConnect } from './guarded-connect.ts';
import type { KeyMaterial } from './key-material.ts';
import { createNetworkGuard } from './network-guard.ts';
import type { GuardOptions, NetworkPolicy } from './network-guard.ts';
import type { RateBudget } from './rate-budget.ts';
import { createFileAccess } from './root-file-access.ts';

export interface ContextOptions extends GuardOptions {
  readonly connector: Pick<Connector, 'id' | 'limits'>;
  /** Parsed by `connector.config`. */
  readonly config: unknown;
  /** Parsed by the fields of one of `connector.auth`. */
  readonly credentials: unknown;
  readonly policy: NetworkPolicy;
  /** The operator's `TRIBUTARY_FILE_ROOTS`; none means that no file may be read. */
  readonly roots: readonly string[];
  /** The data directory. */
  readonly refused: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly cursorField?: string;
  readonly fullRefresh?: boolean;
  readonly followMs?: number;
  readonly streamsAlone?: boolean;
  /** The account's shared budget, when several jobs read it. */
  readonly budget?: RateBudget;
  readonly userAgent?: string;
  /** Where the certificates and key stores of the project are found; nowhere by default. */
  readonly keyMaterial?: (name: string) => Promise<KeyMaterial>;
  /** Keeps settings that the connector has changed by itself; forgotten by default. */
  readonly keepConfiguration?: ConnectorContext['keepConfiguration'];
}

const noKeyMaterial = (name: string): Promise<never> =>
  Promise.reject(new ConnectorError('configuration', `There is no certificate or key store '${name}' here.`));

export interface OwnedContext extends ConnectorContext {
  /** Closes kept connections; call it when the connector is done. */
  close(): Promise<void>;
}

/** Everything that a connector may touch, built from the operator's rules; used by the engine, the CLI and tests alike. */
export function createContext(options: ContextOptions): OwnedContext {
  const { connector, policy, clock, log, signal, lookup, budget, userAgent } = options;
  const guard = { ...(lookup && { lookup }), signal };
  const http = createHttpClient({
    policy,
    limits: connector.limits,
    clock,
    log,
    ...guard,
    ...(budget && { budget }),
    ...(userAgent !== undefined && { userAgent }),
  });
  return {
    config: options.config,
    credentials: options.credentials,
    http,
    connect: createConnect(policy, guard),
    resolve: (host) => createNetworkGuard(policy, guard).resolve(host),
    keyMaterial: options.keyMaterial ?? noKeyMaterial,
    files: createFileAccess({ roots: options.roots, refused: options.refused }),
    log,
    clock,
    signal,
    ...(options.keepConfiguration && { keepConfiguration: options.keepConfiguration }),
    options: {
      fullRefresh: options.fullRefresh ?? false,
      ...(options.cursorField !== undefined && { cursorField: options.cursorField }),
      ...(options.followMs !== undefined && { followMs: options.followMs }),
      ...(options.streamsAlone && { streamsAlone: true }),
    },
    close: () => http.close(),
  };
}

/** Parses what a person gave into `config`; throws `ConnectorError('configuration')` that names the fields to change. */
export function parseConfig(connector: Pick<Connector, 'config'>, given: unknown): Record<string, unknown> {
  const parsed = connector.config.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConnectorError('configuration', describeIssues(parsed.error.issues));
}

/** Parses credentials with the first direct scheme that takes them; a connector that needs none gives `{}`. */
export function parseCredentials(connector: Pick<Connector, 'auth'>, given: unknown): Record<string, unknown> {
  const issues: string[] = [];
  for (const scheme of connector.auth) {
    if (scheme.type !== 'direct') continue;
    const parsed = scheme.fields.safeParse(given);
    if (parsed.success) return parsed.data;
    issues.push(describeIssues(parsed.error.issues));
  }
  if (issues.length === 0 || connector.auth.some((scheme) => scheme.type === 'none')) return {};
  throw new ConnectorError('configuration', issues.join(' or '));
}

const describeIssues = (
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string => issues.map((issue) => `${issue.path.map(String).join('.') || 'settings'}: ${issue.message}`).join('; ');
