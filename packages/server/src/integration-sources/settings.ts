import { typedIn } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { z } from 'zod';
import { mask, splitConfig, type SealedSettings, type SettingsToSeal } from '../connections/settings.ts';
import { errors } from '../errors.ts';
import { fieldIssues, type FieldIssue } from '../lib/field-issues.ts';
import { fieldRequired } from '../lib/field-required.ts';
import { putOver } from '../source-connections/orders.ts';

export interface StoredSettings {
  /** As stored: secret fields are masked. */
  readonly endpoint: JsonObject;
  readonly options: JsonObject;
  readonly sealed: SealedSettings;
}

/** What a given configuration means for connection and source connections. */
export interface PlannedSettings {
  readonly endpoint: JsonObject;
  /** Only what was given, to be put over what each source connection has. */
  readonly options: JsonObject;
  readonly sealed: SettingsToSeal;
  readonly credentialsGiven: boolean;
  /** Credentials are there as a whole. */
  readonly authenticated: boolean;
}

const place = ['body', 'configuration'];
const missing = 'Field required';

function credentialFields(connector: Connector): ReadonlyMap<string, readonly z.ZodType[]> {
  const named = typedIn(connector.auth).flatMap(({ shape }) => Object.entries(shape));
  return new Map(
    [...Map.groupBy(named, ([name]) => name)].map(([name, fields]) => [
      name,
      fields.map(([, field]) => field as z.ZodType),
    ]),
  );
}

/** The issues of one value; none when one of the schemas takes it. */
function issuesOf(schemas: readonly z.ZodType[], name: string, value: unknown): FieldIssue[] {
  const results = schemas.map((schema) => schema.safeParse(value, { error: fieldRequired }));
  if (results.some(({ success }) => success)) return [];
  return fieldIssues(results[0]?.error?.issues ?? [], [...place, name]);
}

/** Of the sets of credentials that may be typed in, one is there as a whole. */
function isAuthenticated(connector: Connector, credentials: JsonObject): boolean {
  if ('oauth' in credentials || connector.auth.some(({ type }) => type === 'none')) return true;
  return typedIn(connector.auth).some((fields) => fields.strict().safeParse(credentials).success);
}

/** Settings of one kind with the given ones over them; the mask keeps what is stored. */
function over(stored: JsonObject, given: JsonObject): JsonObject {
  const { kept: _, told = [] } = Object.groupBy(Object.entries(given), ([, value]) =>
    value === mask ? 'kept' : 'told',
  );
  return putOver(stored, Object.fromEntries(told));
}

/**
 * Puts given settings, credentials among them, over the stored ones, key by key: null takes one away, the mask keeps a secret.
 * What the connector asks for may be missing yet.
 * @throws invalid_configuration for fields that it does not know and values that it does not take
 */
export function planSettings(connector: Connector, stored: StoredSettings, given: JsonObject): PlannedSettings {
  const credentials = credentialFields(connector);
  const ofConfig = (name: string): boolean => name in connector.config.shape;
  const pick = (wanted: (name: string) => boolean): JsonObject =>
    Object.fromEntries(Object.entries(given).filter(([name]) => wanted(name)));
  const config = over({ ...stored.endpoint, ...stored.options, ...stored.sealed.config }, pick(ofConfig));
  const told = pick((name) => !ofConfig(name));
  const issues = Object.entries(told).flatMap(([name, value]) => {
    const schemas = credentials.get(name);
    if (!schemas) return [{ path: [...place, name], message: 'Unknown field', code: 'unrecognized_keys' }];
    return value === null || value === mask ? [] : issuesOf(schemas, name, value);
  });
  const parsed = connector.config.strict().safeParse(config, { error: fieldRequired });
  const found = [...issues, ...fieldIssues(parsed.error?.issues ?? [], place)];
  const wrong = found.filter(({ message }) => message !== missing);
  if (wrong.length > 0) throw errors.invalid_configuration({ issues: wrong });
  const after = over(stored.sealed.credentials, told);
  const split = splitConfig(connector, config);
  const options = Object.keys(given).filter((name) => ofConfig(name) && !connector.endpoint.includes(name));
  return {
    endpoint: split.endpoint,
    options: Object.fromEntries(options.map((name) => [name, split.options[name] ?? null])),
    sealed: { credentials: after, config: split.secrets },
    credentialsGiven: Object.keys(told).length > 0,
    authenticated: isAuthenticated(connector, after),
  };
}

type CompleteSettings = Pick<PlannedSettings, 'endpoint' | 'options' | 'sealed'>;

/**
 * What is read has to be complete.
 * @throws invalid_configuration naming what is missing
 */
export function refuseIncomplete(connector: Connector, { endpoint, options, sealed }: CompleteSettings): void {
  const config = { ...endpoint, ...options, ...sealed.config };
  const parsed = connector.config.strict().safeParse(putOver(config, {}), { error: fieldRequired });
  const [fields] = typedIn(connector.auth);
  const credentials = isAuthenticated(connector, sealed.credentials as JsonObject)
    ? undefined
    : fields?.strict().safeParse(sealed.credentials, { error: fieldRequired });
  const issues = [...(parsed.error?.issues ?? []), ...(credentials?.error?.issues ?? [])];
  if (issues.length > 0) throw errors.invalid_configuration({ issues: fieldIssues(issues, place) });
}
