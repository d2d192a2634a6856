import { findType } from '@tributary/connectors/type-catalog';
import type { AnyConnectionType } from '@tributary/connectors/kit/connection-type';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import { hasPlaceholder, placeholdersIn } from '@tributary/connectors/kit/placeholders';
import { settingsOfStored, typeIdOf } from '../connections/stored-type.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { sealContext } from '../vault/sealed-places.ts';
import type { SealContext } from '../vault/vault.ts';

/** The settings of a connection as they were when it was placed, secrets among them; sealed as a whole. */
export interface Snapshot {
  readonly endpoint: JsonObject;
  readonly typeFields: JsonObject;
  /** Secret fields of the configuration, and the credentials beside it. */
  readonly config: JsonObject;
  readonly credentials: JsonObject;
}

export function snapshotContext(organizationId: OrganizationId, connectionId: string): SealContext {
  return sealContext('deployment', organizationId, connectionId);
}

export function readSnapshot(opened: JsonObject): Snapshot {
  const part = (name: keyof Snapshot) => (opened[name] ?? {}) as JsonObject;
  return {
    endpoint: part('endpoint'),
    typeFields: part('typeFields'),
    config: part('config'),
    credentials: part('credentials'),
  };
}

async function findTypeOf(connector: string): Promise<AnyConnectionType | undefined> {
  const id = typeIdOf(connector);
  return id === undefined ? undefined : findType(id);
}

/** Whether workers can open connections of this connector. */
export async function isOpened(connector: string): Promise<boolean> {
  return (await findTypeOf(connector)) !== undefined;
}

/**
 * How a deployed connection is opened: its type, and the settings with the secrets in their places.
 * @throws ConnectorError when there is no such type
 */
export async function typeOf(
  connector: string,
  { endpoint, config, credentials, typeFields }: Snapshot,
): Promise<{ readonly type: AnyConnectionType; readonly settings: JsonObject }> {
  const type = await findTypeOf(connector);
  if (!type) throw new ConnectorError('configuration', `Connections of '${connector}' are read, not held open.`);
  const stored = { connector, config: { ...endpoint, ...config }, credentials, typeFields };
  return { type, settings: settingsOfStored(type, stored) };
}

/** What has changed in a project that settings may stand on. */
export interface Ground {
  /** Names of variables. */
  readonly variables?: readonly string[];
  /** Names of certificates and key stores; they compare without case. */
  readonly keyMaterial?: readonly string[];
}

/** Whether the settings may come to something else once this has changed. */
export function standsOn(snapshot: Snapshot, { variables = [], keyMaterial = [] }: Ground): boolean {
  const all = Object.values(snapshot) as Json[];
  const named = placeholdersIn(all);
  if (variables.some((name) => named.has(name))) return true;
  const names = new Set(keyMaterial.map((name) => name.toLowerCase()));
  // A placeholder may stand for the name.
  return names.size > 0 && textsIn(all).some((text) => names.has(text.toLowerCase()) || hasPlaceholder(text));
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((one) => textsIn(one as Json | undefined));
}
