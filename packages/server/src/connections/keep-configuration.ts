import { isDeepStrictEqual } from 'node:util';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Logger } from '@tributary/connectors/kit/context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { ControlStore } from '../control/database.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';
import type { Vault } from '../vault/vault.ts';
import { readGrant, writeGrant } from '../auth/oauth/stored-grant.ts';
import { withReturnedTokens } from '../auth/oauth/returned-tokens.ts';
import { findCredential, updateSealed } from './repository.ts';

interface Opened {
  readonly connection: { readonly organizationId: OrganizationId; readonly id: ConnectionId };
  readonly connector: Connector;
  /** What was opened from the vault for this use of the connection. */
  readonly credentials: Readonly<Record<string, unknown>>;
}

/** What a connector calls with settings that it has changed by itself, for one use of a stored connection. */
export type KeepConfiguration = (opened: Opened) => (configuration: JsonObject) => Promise<void>;

/**
 * Keeps the secret part of settings that their connector has changed, such as a refresh token that is good for one use. What
 * a person has entered meanwhile is newer than that, and stays. The plain part is what a person sees and compares, and
 * stays too: a connector makes the same of it every time.
 */
export function createKeepConfiguration(needs: {
  readonly control: Pick<ControlStore, 'db'>;
  readonly vault: Vault;
  readonly log: Logger;
}): KeepConfiguration {
  const { control, vault, log } = needs;
  return ({ connection, connector, credentials }) => {
    const { organizationId, id } = connection;
    const place = { organizationId, row: id, column: 'credential.ciphertext' };
    let expected = credentials;
    return async (configuration) => {
      const changed = changedCredentials(connector, expected, configuration);
      if (!changed) return;
      for (;;) {
        const row = await findCredential(control.db, organizationId, id);
        const stored = row && vault.open(row, place);
        if (!row || !isDeepStrictEqual(stored?.['credentials'], expected)) {
          log.warn({ connectionId: id }, 'settings that the connector has changed came too late to be kept');
          return;
        }
        const sealed = vault.seal({ ...stored, credentials: changed }, place);
        if (!(await updateSealed(control.db, organizationId, id, { seen: row.ciphertext, sealed }))) continue;
        // As it is read again: secrets are plain there.
        expected = vault.open({ ...row, ...sealed }, place)['credentials'] as Opened['credentials'];
        break;
      }
    };
  };
}

/** Of a grant only its tokens: the rest of it is nobody's setting. `undefined` when there is nothing to keep. */
function changedCredentials(
  { specified }: Connector,
  before: Opened['credentials'],
  configuration: JsonObject,
): Readonly<Record<string, unknown>> | undefined {
  const grant = readGrant(before);
  if (!grant) return specified?.split(configuration).credentials;
  const tokens = specified?.tokensOf?.(configuration);
  return tokens && { ...before, ...writeGrant(withReturnedTokens(grant, tokens)) };
}
