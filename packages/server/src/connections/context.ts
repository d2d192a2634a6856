import type { GrantedCredentials } from '@tributary/connectors/kit/authorization';
import type { Connector } from '@tributary/connectors/kit/connector';
import {
  createContext,
  parseConfig,
  parseCredentials,
  type OwnedContext,
} from '@tributary/connectors/kit/connector-context';
import type { Logger } from '@tributary/connectors/kit/context';
import type { RateBudget } from '@tributary/connectors/kit/rate-budget';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { readGrant } from '../auth/oauth/stored-grant.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { heldCredentials } from './held-grant.ts';

export interface ContextInput {
  readonly connector: Connector;
  /** As stored: endpoint and read options together, not yet parsed. */
  readonly config: unknown;
  /** As opened from the vault, not yet parsed. */
  readonly credentials: unknown;
  /** Instead of `credentials`: granted ones, as the connector takes them. */
  readonly granted?: GrantedCredentials;
  readonly cursorField: string | null;
  readonly fullRefresh?: boolean;
  /** The schedule is continuous: how long a read may wait for changes, in milliseconds. */
  readonly followMs?: number;
  readonly signal: AbortSignal;
  /** The account's shared budget, when several jobs read it. */
  readonly budget?: RateBudget;
}

/** Builds the context of one connector call under the operator's rules. Throws `ConnectorError('configuration')`. */
export type ContextFactory = (input: ContextInput) => OwnedContext;

interface Needs {
  readonly config: Pick<Config, 'allowPrivateNetwork' | 'fileRoots' | 'dataDir'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The tokens of stored credentials, as long as they last. */
function storedGrant(credentials: unknown): GrantedCredentials | undefined {
  const grant = readGrant(credentials as JsonObject);
  return grant?.tokens?.type === 'oauth2' ? heldCredentials(grant.tokens, grant.parameters) : undefined;
}

/** The one place where the operator's rules (private networks, file roots, the refused data directory) reach connectors. */
export function createContextFactory({ config, clock, log }: Needs): ContextFactory {
  return (input) =>
    createContext({
      connector: input.connector,
      config: parseConfig(input.connector, input.config),
      credentials:
        input.granted ?? storedGrant(input.credentials) ?? parseCredentials(input.connector, input.credentials),
      policy: { allow: config.allowPrivateNetwork },
      roots: config.fileRoots,
      refused: [config.dataDir],
      clock,
      log,
      signal: input.signal,
      ...(input.cursorField !== null && { cursorField: input.cursorField }),
      ...(input.fullRefresh !== undefined && { fullRefresh: input.fullRefresh }),
      ...(input.followMs !== undefined && { followMs: input.followMs }),
      ...(input.budget && { budget: input.budget }),
    });
}
