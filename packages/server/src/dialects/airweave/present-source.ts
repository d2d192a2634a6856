import { typedIn } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import { fieldFacts } from '@tributary/connectors/kit/type-schema';
import type { z } from 'zod';
import { servingProviders } from '../../auth/providers/account-rules.ts';
import { createOutsideProviders } from '../../auth/providers/outside-providers.ts';
import { oauthScheme, supportedMethods } from '../../source-connections/settings-check.ts';
import type { ConfigField, Source } from './source-schema.ts';

/** What of JSON Schema a form field needs. */
interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
}

/** The published words for types: JSON's, without a word of its own for whole numbers. */
function typeWord(field: FieldSchema): string {
  const types = [field.type ?? (field.anyOf ?? []).map((one) => one.type)].flat(2);
  const type = types.find((one) => one !== undefined && one !== 'null') ?? 'string';
  return type === 'integer' ? 'number' : type;
}

function itemsOf(field: FieldSchema): FieldSchema | undefined {
  return field.items ?? field.anyOf?.find((one) => one.items)?.items;
}

/** The fields of a form from the schema that validates them. */
export function presentFields(shape: z.ZodObject): ConfigField[] {
  return fieldFacts(shape).map(({ name, title, description, secret, schema, required }) => {
    const field = schema as FieldSchema;
    const items = itemsOf(field);
    return {
      name,
      title: title === '' ? name : title,
      description: description ?? null,
      type: typeWord(field),
      required,
      items_type: items ? typeWord(items) : null,
      feature_flag: null,
      is_secret: secret === true,
    };
  });
}

/** Each field once; one that not every set has is needed by nobody in all cases. */
function presentCredentials(sets: readonly z.ZodObject[]): { fields: ConfigField[] } | null {
  if (sets.length === 0) return null;
  const names = sets.map((set) => new Set(Object.keys(set.shape)));
  const fields = new Map(sets.flatMap(presentFields).map((field) => [field.name, field]));
  const always = (name: string): boolean => names.every((set) => set.has(name));
  return {
    fields: [...fields.values()].map((field) => ({ ...field, required: field.required && always(field.name) })),
  };
}

const outsideProviders = Object.values(createOutsideProviders());

/** `incremental_stub` gives `IncrementalStub`. */
export function className(id: string): string {
  return id
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** How long a grant lasts, in the published words. */
function oauthType(provider: OAuthProvider): z.output<typeof Source>['oauth_type'] {
  if (provider.type === 'oauth1') return 'oauth1';
  if (provider.rotation === 'none') return 'access_only';
  return provider.rotation === 'stable' ? 'with_refresh' : 'with_rotating_refresh';
}

function describeSource(connector: Connector): z.output<typeof Source> {
  const credentials = presentCredentials(typedIn(connector.auth));
  const oauth = oauthScheme(connector);
  const name = className(connector.id);
  return {
    name: connector.title,
    description: connector.description,
    auth_methods: [...supportedMethods(connector)],
    oauth_type: oauth ? oauthType(oauth.provider) : null,
    requires_byoc: oauth?.ownClientOnly ?? false,
    auth_config_class: credentials ? `${name}AuthConfig` : null,
    config_class: `${name}Config`,
    short_name: connector.id,
    class_name: `${name}Source`,
    output_entity_definitions: [...connector.entityTypes],
    labels: [...connector.labels],
    supports_continuous: connector.continuous !== undefined,
    federated_search: false,
    supports_temporal_relevance: false,
    supports_access_control: false,
    rate_limit_level: null,
    feature_flag: null,
    supports_browse_tree: false,
    auth_fields: credentials,
    config_fields: { fields: presentFields(connector.config) },
    supported_auth_providers: [...servingProviders(outsideProviders, connector)],
  };
}

/** Connectors never change while the service runs, and turning their schemas into forms costs a millisecond each. */
const described = new WeakMap<Connector, z.output<typeof Source>>();

export function presentSource(connector: Connector): z.output<typeof Source> {
  const known = described.get(connector);
  if (known) return known;
  const source = describeSource(connector);
  described.set(connector, source);
  return source;
}
