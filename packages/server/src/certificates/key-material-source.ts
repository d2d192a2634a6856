import type { KeyMaterial } from '@tributary/connectors/kit/key-material';
import { Secret } from '@tributary/connectors/kit/secret';
import type { Queryable } from '../control/database.ts';
import type { OrganizationId, ProjectId } from '../lib/ids.ts';
import { sealContext } from '../vault/sealed-places.ts';
import type { Vault } from '../vault/vault.ts';
import { findKeyMaterial } from './repository.ts';

/** The certificates and key stores of projects, for whoever opens connections. */
export interface KeyMaterialSource {
  /** By name, which compares without case; undefined when the project has none of it. */
  open(
    db: Queryable,
    organizationId: OrganizationId,
    projectId: ProjectId,
    name: string,
  ): Promise<KeyMaterial | undefined>;
  has(db: Queryable, organizationId: OrganizationId, projectId: ProjectId, name: string): Promise<boolean>;
}

/** What the vault keeps of key material; both are PEM. */
export interface SealedKeyMaterial {
  readonly certificates: string;
  readonly privateKey?: Secret | undefined;
}

export function createKeyMaterialSource({ vault }: { readonly vault: Vault }): KeyMaterialSource {
  return {
    async open(db, organizationId, projectId, name) {
      const row = await findKeyMaterial(db, organizationId, projectId, name);
      if (!row) return undefined;
      const opened = vault.open(row, sealContext('key_material', organizationId, row.id));
      const { certificates, privateKey } = opened as { certificates: string; privateKey?: string };
      return { name: row.name, certificates, ...(privateKey !== undefined && { privateKey: new Secret(privateKey) }) };
    },
    has: async (db, organizationId, projectId, name) =>
      (await findKeyMaterial(db, organizationId, projectId, name)) !== undefined,
  };
}
