import { findType, typeCatalog } from '@tributary/connectors/type-catalog';
import {
  databaseConnectors,
  isShownAsDatabase,
  toDatabase,
  toSource,
} from '@tributary/connectors/types/database/translate';
import type { StoredDatabase } from '@tributary/connectors/types/database/translate';
import { typedIn } from '@tributary/connectors/kit/auth';
import type { AnyConnectionType } from '@tributary/connectors/kit/connection-type';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { z } from 'zod';
import type { ConnectorRegistry } from './registry.ts';
import type { ConnectionRow } from './repository.ts';
import { mask, type SealedSettings } from './settings.ts';
import { isSecretField, withDefaults } from './type-settings.ts';

const database = 'database';

/** The type that a connection of this connector is shown as; undefined: it is of none, and managed elsewhere. */
export function typeIdOf(connector: string): string | undefined {
  const id = isShownAsDatabase(connector) ? database : connector;
  return Object.hasOwn(typeCatalog, id) ? id : undefined;
}

/** The connectors whose connections are shown as this type. */
export function connectorsOf(typeId: string): readonly string[] {
  return typeId === database ? databaseConnectors : [typeId];
}

/** A type, and the sources of the same systems, whose words its connections are stored in. */
export interface TypeInUse {
  readonly type: AnyConnectionType;
  /** By connector; none for a type that is not read. */
  readonly sources: ReadonlyMap<string, Connector>;
}

/** Undefined for a type that there is not. Loads what it needs, so ask outside of transactions. */
export async function loadType(
  registry: Pick<ConnectorRegistry, 'findShipped'>,
  spelling: string,
): Promise<TypeInUse | undefined> {
  const type = await findType(spelling);
  if (!type) return undefined;
  const sources = new Map<string, Connector>();
  for (const connector of connectorsOf(type.id)) {
    const source = connector === database ? undefined : await registry.findShipped(connector);
    if (source) sources.set(connector, source);
  }
  return { type, sources };
}

/** What of a connection is stored where. */
export interface StoredType {
  readonly connector: string;
  /** Secrets are masked. */
  readonly endpoint: JsonObject;
  readonly typeFields: JsonObject | null;
  readonly sealed: SealedSettings;
}

const parse = (text: string | null): JsonObject => (text === null ? {} : (JSON.parse(text) as JsonObject));

function storedOf(row: ConnectionRow, sealed: SealedSettings): StoredDatabase {
  return {
    connector: row.connector,
    config: { ...parse(row.endpoint), ...sealed.config },
    credentials: sealed.credentials,
    typeFields: row.type_fields === null ? null : parse(row.type_fields),
  };
}

/**
 * The fields of its type that a stored connection has, every one of them, whichever API it was made through. Secrets are in
 * their places: hand it to whoever opens the connection, or take them out.
 */
export function typeSettingsOf({ type }: TypeInUse, row: ConnectionRow, sealed: SealedSettings): JsonObject {
  return settingsOfStored(type, storedOf(row, sealed));
}

/** The same of what was stored at some time: secret fields of the configuration in their places, credentials beside them. */
export function settingsOfStored(type: AnyConnectionType, stored: StoredDatabase): JsonObject {
  const fields = type.id === database ? toDatabase(stored) : { ...stored.config, ...stored.credentials };
  const own = Object.entries(fields).filter(([name]) => name in type.fields.shape);
  // A mask without a secret behind it: the credential is not typed in, but kept elsewhere.
  const known = own.map(([name, value]) => [name, value === mask && isSecretField(type.fields, name) ? null : value]);
  return withDefaults(type, Object.fromEntries(known) as JsonObject);
}

/** Where the validated fields of a connection are kept; `before` is what it was. */
export function toStoredType(
  inUse: TypeInUse,
  settings: JsonObject,
  before?: { readonly row: ConnectionRow; readonly sealed: SealedSettings },
): StoredType {
  const { type, sources } = inUse;
  if (type.id !== database) return split(type.id, type.fields, ...partFields(sources.get(type.id), settings), null);
  const to = toSource(settings, before && storedOf(before.row, before.sealed));
  const fields = sources.get(to.connector)?.config ?? type.fields;
  return split(to.connector, fields, to.config, to.credentials, to.typeFields);
}

/** What a source of the same id takes as credentials is kept as such, so that it finds them. */
function partFields(source: Connector | undefined, settings: JsonObject): [JsonObject, JsonObject] {
  const names = new Set(source ? typedIn(source.auth).flatMap((fields) => Object.keys(fields.shape)) : []);
  const entries = Object.entries(settings);
  return [
    Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    Object.fromEntries(entries.filter(([name, value]) => names.has(name) && value !== null)),
  ];
}

function split(
  connector: string,
  fields: z.ZodObject,
  config: JsonObject,
  credentials: JsonObject,
  typeFields: JsonObject | null,
): StoredType {
  const endpoint: Record<string, Json | undefined> = {};
  const secrets: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(config)) {
    const secret = isSecretField(fields, name) && value !== null;
    if (secret) secrets[name] = value;
    endpoint[name] = secret ? mask : value;
  }
  return { connector, endpoint, typeFields, sealed: { credentials, config: secrets } };
}
