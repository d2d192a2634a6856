import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Queryable } from '../control/database.ts';
import type { EnvironmentId, OrganizationId, ProjectId } from '../lib/ids.ts';
import { sealContext } from '../vault/sealed-places.ts';
import type { Vault } from '../vault/vault.ts';
import { listVariablesFor, type VariableRow } from './repository.ts';

/** What placeholders stand for. */
export interface VariableSource {
  /**
   * The values in an environment of a project, plain: hand them to a connection that is opened, nothing else. Of one name the
   * environment's wins over the project's; at one level a name is either secret or plain.
   */
  valuesIn(
    db: Queryable,
    organizationId: OrganizationId,
    projectId: ProjectId,
    environmentId: EnvironmentId,
  ): Promise<ReadonlyMap<string, string>>;
}

export function createVariableSource({ vault }: { readonly vault: Vault }): VariableSource {
  return {
    async valuesIn(db, organizationId, projectId, environmentId) {
      const rows = await listVariablesFor(db, organizationId, projectId, environmentId);
      const levels = [
        rows.filter((row) => row.environment_id === null),
        rows.filter((row) => row.environment_id !== null),
      ];
      return new Map(levels.flat().map((row) => [row.name, openValue(vault, row)]));
    },
  };
}

/** What the vault keeps of a variable. */
interface SealedVariable extends JsonObject {
  readonly value: string;
}

export function openValue(vault: Vault, row: VariableRow): string {
  const opened = vault.open(row, sealContext('variable', row.organization_id, row.id)) as SealedVariable;
  return opened.value;
}
