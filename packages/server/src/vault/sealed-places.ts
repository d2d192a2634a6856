import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId } from '../lib/ids.ts';
import type { SealContext } from './vault.ts';

/** Tables with sealed values: those with a column `ciphertext`, beside `key_id` and `wrapped_key`. */
export type SealedTable = {
  [T in keyof ControlTables]: ControlTables[T] extends { readonly ciphertext: string } ? T : never;
}[keyof ControlTables];

/**
 * Everything in the control store that the vault seals: the table, and the column whose id the associated data names. New
 * wrappings, the refusal of wrong keys and `tributary vault status` follow it. A table does not compile without its row.
 */
export const SEALED_PLACES = {
  credential: 'connection_id',
  organization_key: 'organization_id',
  oauth_client: 'id',
  auth_provider: 'id',
  variable: 'id',
  key_material: 'id',
  authorization_session: 'id',
  deployment: 'connection_id',
} as const satisfies { readonly [T in SealedTable]: keyof ControlTables[T] & string };

export const sealedTables = Object.keys(SEALED_PLACES) as readonly SealedTable[];

/** Where the value of a row is sealed; `row` is the id of `SEALED_PLACES`. */
export function sealContext(table: SealedTable, organizationId: OrganizationId, row: string): SealContext {
  return { organizationId, row, column: `${table}.ciphertext` };
}
