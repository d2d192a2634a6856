import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { hostsInText, originText, settingsInText } from './host-text.ts';

/** Fields that hold an address or the beginning of one. */
const ADDRESSES = new Set([
  'url',
  'url_base',
  'token_refresh_endpoint',
  'login_url',
  'validate_session_url',
  'consent_url',
  'access_token_url',
]);

/** Fields that send no request: words for people, shapes of data, and what `definitions` keep for others to refer to. */
const SILENT = new Set([
  'definitions',
  'schemas',
  'schema',
  'metadata',
  'description',
  'title',
  'error_message',
  'documentation_url',
  'connection_specification',
  '$parameters',
]);

/**
 * Where the requests of a loaded manifest may go, by its text: templates count by how they are written. Beside addresses, that
 * is every text that names a host, and what the manifest itself makes of settings that addresses are made of: defaults,
 * normalisation and the overrides of checks. Sorted, each once. It is what a person compares; the guard against private addresses does not rest on it.
 */
export function manifestHosts(manifest: JsonObject): readonly string[] {
  const hosts = new Set<string>();
  const settings = new Set<string>();
  const note = (host: string): void => {
    hosts.add(host);
    for (const name of settingsInText(host)) settings.add(name);
  };
  eachText(manifest, (text, place) => {
    for (const host of hostsInText(text)) note(host);
    const origin = isAddress(place) ? originText(text, place.parameters) : undefined;
    if (origin !== undefined) note(origin);
  });
  for (const { name, value } of settingsMade(manifest)) {
    if (settings.has(name)) hosts.add(`config['${name}'] = ${value}`);
  }
  return [...hosts].toSorted();
}

interface Place {
  readonly field: string;
  /** The object that it stands in. */
  readonly owner: JsonObject;
  readonly parameters: JsonObject;
  /** Within a paginator whose tokens are addresses. */
  readonly pagesByAddress: boolean;
}

/** Whether a text begins addresses: of itself, since it may be a whole one where a path is wanted, or put there by a resolver. */
function isAddress({ field, owner, pagesByAddress }: Place): boolean {
  if (ADDRESSES.has(field)) return true;
  if (owner['type'] === 'ComponentMappingDefinition' && field === 'value') {
    const path = owner['field_path'];
    const last: unknown = Array.isArray(path) ? path.at(-1) : undefined;
    return typeof last === 'string' && (ADDRESSES.has(last) || last.includes('{{'));
  }
  const text = owner[field];
  // A path, or a cursor that is one, goes elsewhere only when it begins with a scheme, which a template may give.
  const isPath = field === 'path' || (field === 'cursor_value' && pagesByAddress);
  return isPath && typeof text === 'string' && /^\s*(?:\{\{|\w+:)/.test(text);
}

function eachText(manifest: JsonObject, look: (text: string, place: Place) => void): void {
  const seen = new Set<unknown>();
  const visit = (value: Json | undefined, place: Place): void => {
    if (typeof value === 'string') return look(value, place);
    if (typeof value !== 'object' || value === null) return undefined;
    if (seen.has(value)) return undefined;
    seen.add(value);
    if (Array.isArray(value)) {
      for (const one of value as readonly Json[]) visit(one, place);
      return undefined;
    }
    const owner = value as JsonObject;
    const parameters = asObject(owner['$parameters']) ?? place.parameters;
    const token = asObject(owner['page_token_option']);
    const pagesByAddress = token ? token['type'] === 'RequestPath' : place.pagesByAddress;
    for (const [field, inner] of Object.entries(owner))
      if (!SILENT.has(field)) visit(inner, { field, owner, parameters, pagesByAddress });
    return undefined;
  };
  visit(manifest, { field: '', owner: {}, parameters: {}, pagesByAddress: false });
}

interface MadeSetting {
  readonly name: string;
  readonly value: string;
}

const made = (name: unknown, value: Json | undefined): readonly MadeSetting[] =>
  typeof name === 'string' && value !== undefined && value !== null
    ? [{ name, value: typeof value === 'string' ? value : JSON.stringify(value) }]
    : [];

/** Values that the manifest gives settings, at the top of the configuration. */
function settingsMade(manifest: JsonObject): readonly MadeSetting[] {
  const spec = asObject(manifest['spec']);
  const schema = asObject(spec?.['connection_specification']);
  const defaults = Object.entries(asObject(schema?.['properties']) ?? {}).flatMap(([name, field]) =>
    made(name, defaultsOf(field)),
  );
  const check = asObject(manifest['check']);
  const overrides = Object.entries(asObject(check?.['config_overrides']) ?? {}).flatMap(([name, value]) =>
    made(name, value),
  );
  const rules = asObject(spec?.['config_normalization_rules']);
  const changes = [
    ...objectsOf(rules?.['transformations']),
    ...objectsOf(rules?.['config_migrations']).flatMap((one) => objectsOf(one['transformations'])),
  ];
  return [...defaults, ...overrides, ...changes.flatMap(settingsChanged)];
}

/** The defaults of a setting and of what is nested in it, as they are written. */
function defaultsOf(field: Json | undefined): Json | undefined {
  const schema = asObject(field);
  if (!schema) return undefined;
  if (schema['default'] !== undefined) return schema['default'];
  const nested = [schema, ...['oneOf', 'anyOf', 'allOf'].flatMap((word) => objectsOf(schema[word]))]
    .flatMap((one) => Object.entries(asObject(one['properties']) ?? {}))
    .flatMap(([name, one]) => {
      const usual = defaultsOf(one);
      return usual === undefined ? [] : [[name, usual] as const];
    });
  return nested.length > 0 ? Object.fromEntries(nested) : undefined;
}

/** `ConfigAddFields` and `ConfigRemapField`. */
function settingsChanged(change: JsonObject): readonly MadeSetting[] {
  const remapped = made((change['field_path'] as readonly Json[] | undefined)?.[0], change['map']);
  const added = objectsOf(change['fields']).flatMap(({ path, value }) =>
    made((path as readonly Json[] | undefined)?.[0], value),
  );
  return [...remapped, ...added];
}
