import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import { checkAccountConfig, requireServed } from '../auth/providers/account-rules.ts';
import type { OpenedOutside } from '../auth/providers/outside-credentials.ts';
import type { OutsideConnections } from '../auth/providers/outside-connections.ts';
import { OutsideError } from '../auth/providers/outside-error.ts';
import { askingProvider } from '../auth/providers/provider-faults.ts';
import type { AuthProviderService } from '../auth/providers/service.ts';
import { checkConfig } from '../connections/settings.ts';
import { assert } from '../lib/asserts.ts';
import type { AuthProviderId, SourceConnectionId } from '../lib/ids.ts';

export interface OutsideAccountNeeds {
  readonly authProviders: Pick<AuthProviderService, 'get' | 'kind' | 'kinds'>;
  readonly outside: OutsideConnections;
}

/** The account that credentials come from: which vault of the organization, and what names it there. */
export interface GivenAccount {
  readonly readableId: string;
  readonly config: JsonObject;
  /** The configuration of the source. */
  readonly settings: JsonObject;
}

/** An account that was asked for, and has what the connector takes. */
export interface ProvenAccount {
  readonly authProviderId: AuthProviderId;
  readonly config: JsonObject;
  /**
   * `undefined`: an endpoint of the user's own that is asked by the source connection's id does not know it yet, as nobody
   * knew it before. Everything else about it was proven.
   */
  readonly opened: OpenedOutside | undefined;
}

/** Whether the account is asked for by an id that is only being made. */
const isNamedByUs = (kind: string, config: JsonObject): boolean => kind === 'custom' && !config['account_id'];

/**
 * Proves an account before anything is stored: the vault exists, serves the connector, the config fits, and a live call
 * brings what the connector takes. Throws the catalogue's errors.
 */
export async function proveAccount(
  { authProviders, outside }: OutsideAccountNeeds,
  actor: Actor,
  connector: Connector,
  given: GivenAccount,
  sourceConnection: { readonly id: SourceConnectionId; readonly isNew: boolean },
): Promise<ProvenAccount> {
  const { readableId, config, settings } = given;
  const { id: authProviderId, kind } = await authProviders.get(actor, readableId);
  const provider = authProviders.kind(kind);
  requireServed(authProviders.kinds(), provider, connector);
  checkAccountConfig(provider, config);
  const opened = await askingProvider(readableId, async () => {
    try {
      const { organizationId } = actor;
      const who = { organizationId, authProviderId, config, settings };
      return await outside.openAccount({ ...who, connector, sourceConnectionId: sourceConnection.id });
    } catch (error) {
      const unknownYet = error instanceof OutsideError && error.problem === 'account_gone';
      if (unknownYet && sourceConnection.isNew && isNamedByUs(kind, config)) return undefined;
      throw error;
    }
  });
  return { authProviderId, config, opened };
}

/** The account that a create names, as the dialect gave it, once the configuration is known to fit. */
export function proveNewAccount(
  needs: OutsideAccountNeeds,
  actor: Actor,
  connector: Connector,
  { config, given, id }: { readonly config: JsonObject; readonly given: JsonObject; readonly id: SourceConnectionId },
): Promise<ProvenAccount> {
  checkConfig(connector, config);
  const { provider_readable_id: readableId, provider_config: named } = given;
  assert(typeof readableId === 'string', 'the dialect takes a readable id as text');
  const account = { readableId, config: (named ?? {}) as JsonObject, settings: config };
  return proveAccount(needs, actor, connector, account, { id, isNew: true });
}
