import type { ControlStore } from '../../control/database.ts';
import { seedOrganization } from '../../jobs/testing/seed.ts';
import { systemClock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { sealContext, sealedTables, type SealedTable } from '../sealed-places.ts';
import type { SealContext, Vault } from '../vault.ts';

/** Where a value was sealed, by table. */
export type SealedRows = Readonly<Record<SealedTable, SealContext>>;

const stamps = { modified_at: 1, created_by_email: null, modified_by_email: null };

/** An organization with one sealed value in every place; all hold `secret`. For tests. */
export async function storeEverywhere(control: ControlStore, vault: Vault, secret: string): Promise<SealedRows> {
  const seed = await seedOrganization(control, systemClock);
  const { organizationId } = seed;
  const source_connection_id = await seed.addOrder();
  const { connection_id, project_id } = await control.db
    .selectFrom('source_connection')
    .innerJoin('connection', 'connection.id', 'source_connection.connection_id')
    .select(['connection_id', 'project_id'])
    .where('source_connection.id', '=', source_connection_id)
    .executeTakeFirstOrThrow();
  const rows: SealedRows = {
    credential: sealContext('credential', organizationId, connection_id),
    organization_key: sealContext('organization_key', organizationId, organizationId),
    oauth_client: sealContext('oauth_client', organizationId, newId()),
    auth_provider: sealContext('auth_provider', organizationId, newId()),
    authorization_session: sealContext('authorization_session', organizationId, newId()),
    variable: sealContext('variable', organizationId, newId()),
    key_material: sealContext('key_material', organizationId, newId()),
    deployment: sealContext('deployment', organizationId, newId()),
  };
  const idOf = (table: SealedTable) => rows[table].row as never;
  const common = { organization_id: organizationId, created_at: 1 };
  const values: { readonly [T in SealedTable]: object } = {
    credential: { connection_id, organization_id: organizationId, updated_at: 1 },
    organization_key: common,
    oauth_client: {
      ...common,
      ...stamps,
      id: idOf('oauth_client'),
      name: 'o',
      connector: 'github',
      client_id: 'shown',
    },
    auth_provider: { ...common, ...stamps, id: idOf('auth_provider'), readable_id: 'p', name: 'P', kind: 'composio' },
    authorization_session: {
      ...common,
      id: idOf('authorization_session'),
      source_connection_id,
      connection_id,
      code_hash: newId(),
      claim_hash: newId(),
      status: 'pending',
      requested_by_api_key_id: newId(),
      link_expires_at: 2,
      expires_at: 3,
    },
    ...projectValues({ organization_id: organizationId, project_id }, idOf),
  };
  for (const table of sealedTables) {
    const row = { ...values[table], ...vault.seal({ secret }, rows[table]) };
    await control.db
      .insertInto(table)
      .values(row as never)
      .execute();
  }
  return rows;
}

function projectValues(
  owner: { readonly organization_id: string; readonly project_id: string },
  idOf: (table: SealedTable) => never,
) {
  const common = { ...owner, ...stamps, created_at: 1 };
  return {
    variable: { ...common, id: idOf('variable'), name: 'v', secret: 1 },
    deployment: {
      ...owner,
      connection_id: idOf('deployment'),
      handle: 'd',
      connector: 'webhook',
      enabled: 1,
      revision: 1,
      version: 1,
      placed_at: 1,
    },
    key_material: { ...common, id: idOf('key_material'), name: 'k', name_key: 'k', kind: 'key_store', facts: '{}' },
  };
}
