import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import { checkConfig, splitConfig } from '../connections/settings.ts';
import { errors } from '../errors.ts';
import { must } from '../lib/asserts.ts';
import type { GrantChange } from './authorization/grant-change.ts';
import { resumedColumns } from './authorization/good-credential.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import { proveAccount } from './outside-account.ts';
import type { JoinedRow } from './repository.ts';
import { usedProvider } from './views.ts';

/** The method of a connection stays: only one by an outside vault gets another vault. Throws the catalogue's errors. */
export async function checkAccountChange(
  { authProviders }: CreateNeeds,
  actor: Actor,
  row: JoinedRow,
  { account }: UpdateInput,
): Promise<void> {
  if (!account) return;
  if (account.readableId !== undefined) await authProviders.get(actor, account.readableId);
  if (row.auth_method !== 'auth_provider') throw errors.auth_provider_not_used({});
}

interface Question {
  readonly row: JoinedRow;
  readonly change: UpdateInput;
  readonly connector: Connector;
  /** As it will be, with its secrets. */
  readonly config: JsonObject;
}

/** What a change means for a connection by an outside vault, after a live check; `undefined` for the others. */
export async function planAccountChange(
  needs: CreateNeeds,
  actor: Actor,
  { row, change, connector, config }: Question,
): Promise<GrantChange | undefined> {
  if (row.auth_method !== 'auth_provider') return undefined;
  const connection = { organizationId: row.organization_id, id: row.connection_id };
  if (!change.account && change.config === undefined) {
    return { planned: { columns: {} }, asks: true, settings: { connection, credentials: {} } };
  }
  checkConfig(connector, config);
  const stored = must(usedProvider(row), 'a connection by an outside vault has one');
  const account = {
    readableId: change.account?.readableId ?? stored.readableId,
    config: change.account?.config ?? stored.config,
    settings: config,
  };
  const outside = await proveAccount(needs, actor, connector, account, { id: row.id, isNew: false });
  const settings = { credentials: {}, opened: outside.opened };
  await needs.probe.check({ connector, config, ...settings });
  const split = splitConfig(connector, config);
  return {
    asks: true,
    settings,
    planned: {
      columns: {
        ...(change.config !== undefined && { config: JSON.stringify(split.options) }),
        ...(change.account && resumedColumns(row)),
      },
      ...(change.config !== undefined && { endpoint: split.endpoint }),
      sealed: { credentials: {}, config: split.secrets },
      ...(change.account && { outside }),
    },
  };
}
