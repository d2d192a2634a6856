import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { fillPlaceholders, placeholdersIn } from '@tributary/connectors/kit/placeholders';
import { typeCatalog } from '@tributary/connectors/type-catalog';
import type { ControlStore } from '../control/database.ts';
import { environmentSource } from '../environments/environment-source.ts';
import { productionName } from '../environments/production.ts';
import type { VariableSource } from '../environments/variable-source.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';
import { findConnection, type ConnectionRow } from './repository.ts';

interface Settings {
  readonly config: JsonObject;
  /** As opened from the vault: plain JSON. */
  readonly credentials: Readonly<Record<string, unknown>>;
}

/**
 * Settings of a stored connection as they are used: with the values of variables in place of placeholders. Throws
 * `ConnectorError('configuration')` where a variable is missing.
 */
export type FillSettings = <S extends Settings>(
  connection: { readonly organizationId: OrganizationId; readonly id: ConnectionId },
  settings: S,
) => Promise<S>;

interface Needs {
  readonly control: Pick<ControlStore, 'db'>;
  readonly variables: VariableSource;
}

/** Only connections of types have placeholders: what other sources are given may look like one and means itself. */
const isOfType = (row: ConnectionRow): boolean => row.type_fields !== null || Object.hasOwn(typeCatalog, row.connector);

export function createFillSettings({ control, variables }: Needs): FillSettings {
  /** A connection that names no environment is read in the one that every project has. */
  const environmentOf = async (row: ConnectionRow, config: JsonObject) => {
    const { selectedEnvironmentId } = JSON.parse(row.type_fields ?? '{}') as JsonObject;
    const wanted = selectedEnvironmentId ?? config['selectedEnvironmentId'];
    const all = await environmentSource.listOf(control.db, row.organization_id, row.project_id);
    const found = all.find((one) => (wanted ? one.id === wanted : one.name_key === productionName));
    if (found) return found;
    throw new ConnectorError('configuration', 'The environment that the connection names is not one of its project.');
  };
  return async (connection, settings) => {
    const config = settings.config;
    const credentials = settings.credentials as JsonObject;
    const names = placeholdersIn({ config, credentials });
    const row = names.size > 0 && (await findConnection(control.db, connection.organizationId, connection.id));
    if (!row || !isOfType(row)) return settings;
    const environment = await environmentOf(row, config);
    const values = await variables.valuesIn(control.db, row.organization_id, row.project_id, environment.id);
    const missing = [...names].filter((name) => !values.has(name)).map((name) => `\${${name}}`);
    if (missing.length > 0) {
      const words = `The environment ${environment.name} has no variable for ${missing.join(', ')}; define it there or in the project.`;
      throw new ConnectorError('configuration', words);
    }
    const filled = fillPlaceholders({ config, credentials }, (name) => values.get(name));
    return { ...settings, ...filled };
  };
}
