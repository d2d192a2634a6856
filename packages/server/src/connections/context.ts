import type { Connector } from '@tributary/connectors/kit/connector';
import { createContext, parseConfig, type OwnedContext } from '@tributary/connectors/kit/connector-context';
import type { KeyMaterial } from '@tributary/connectors/kit/key-material';
import type { ConnectorContext, Logger } from '@tributary/connectors/kit/context';
import type { RateBudget } from '@tributary/connectors/kit/rate-budget';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';

export interface ContextInput {
  readonly connector: Connector;
  /** As stored: endpoint and read options together, not yet parsed. */
  readonly config: unknown;
  /** As `CredentialSource` gives them. */
  readonly credentials: unknown;
  readonly cursorField: string | null;
  readonly fullRefresh?: boolean;
  /** The schedule is continuous: how long a read may wait for changes, in milliseconds. */
  readonly followMs?: number;
  /** Certificates and key stores of the connection's project. */
  readonly keyMaterial?: (name: string) => Promise<KeyMaterial>;
  /** Keeps settings that the connector has changed by itself. */
  readonly keepConfiguration?: ConnectorContext['keepConfiguration'];
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

/** The one place where the operator's rules (private networks, file roots, the refused data directory) reach connectors. */
export function createContextFactory({ config, clock, log }: Needs): ContextFactory {
  return (input) =>
    createContext({
      connector: input.connector,
      config: parseConfig(input.connector, input.config),
      credentials: input.credentials,
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
      ...(input.keepConfiguration && { keepConfiguration: input.keepConfiguration }),
      ...(input.keyMaterial && { keyMaterial: input.keyMaterial }),
    });
}
