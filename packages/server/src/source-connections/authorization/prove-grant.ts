import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { withReturnedTokens } from '../../auth/oauth/returned-tokens.ts';
import { type StoredGrant, writeGrant } from '../../auth/oauth/stored-grant.ts';
import type { Probe } from '../../connections/probe.ts';

interface Question {
  readonly connector: Connector;
  readonly config: JsonObject;
  /** Not stored yet. */
  readonly grant: StoredGrant;
}

/**
 * Asks the source with a grant, and gives it as it is to be stored: a connector that renews tokens by itself may have used up
 * those that it was given. Throws the errors of `Probe.check`.
 */
export async function proveGrant(probe: Probe, { connector, config, grant }: Question): Promise<StoredGrant> {
  let proven = grant;
  await probe.check({
    connector,
    config,
    credentials: writeGrant(grant),
    keepConfiguration(configuration) {
      const returned = connector.specified?.tokensOf?.(configuration);
      if (returned) proven = withReturnedTokens(proven, returned);
      return Promise.resolve();
    },
  });
  return proven;
}
