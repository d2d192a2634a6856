import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { z } from 'zod';
import { pickParameters } from '../oauth/provider-address.ts';
import { ACCESS_TOKEN_NAMES, findField } from './field-names.ts';
import { OutsideError } from './outside-error.ts';
import type { OutsideCredentials, OutsideProvider } from './outside-provider.ts';

type Fields = OutsideCredentials['fields'];

/** What a connector takes of an outside vault's fields. */
export type MappedCredentials =
  /** The access token of its `oauth` scheme, and what the vendor says beside it. */
  | { readonly type: 'token'; readonly token: Secret; readonly captured: Readonly<Record<string, string>> }
  /** The fields of its `direct` scheme, as its schema gives them. */
  | { readonly type: 'fields'; readonly fields: Readonly<Record<string, unknown>> };

function oauth2Of(connector: Pick<Connector, 'auth'>): OAuth2Provider | undefined {
  for (const scheme of connector.auth) {
    // OAuth 1.0a signs with a secret of the client, which vendors keep to themselves; so they do with what renews a token.
    if (scheme.type === 'oauth' && scheme.provider.type === 'oauth2' && !scheme.handsOver) return scheme.provider;
  }
  return undefined;
}

function hasSecret(fields: z.ZodObject): boolean {
  return Object.values(fields.shape).some((field: z.ZodType) => field.meta()?.['secret'] === true);
}

/** What of a connection's configuration says which server its credentials are for; nothing of it is secret. */
export function serverOf(connector: Pick<Connector, 'auth'>, settings: JsonObject): Readonly<Record<string, string>> {
  const provider = oauth2Of(connector);
  return provider ? pickParameters(provider, settings) : {};
}

/** Whether an outside vault can give a connector what it takes: an OAuth 2 token, or fields one of which is secret. */
export function takesOutside(connector: Pick<Connector, 'auth' | 'internal'>): boolean {
  if (connector.internal) return false;
  const direct = connector.auth.find((scheme) => scheme.type === 'direct');
  return oauth2Of(connector) !== undefined || (direct !== undefined && hasSecret(direct.fields));
}

/** Whether this vault serves this connector. */
export function serves(
  provider: Pick<OutsideProvider, 'unserved'>,
  connector: Pick<Connector, 'id' | 'auth' | 'internal'>,
): boolean {
  return takesOutside(connector) && !provider.unserved.includes(connector.id);
}

/**
 * What the vendor says beside the token that the provider's row has a name for, and what the connection's configuration
 * says of the server. A host's part must look like one; the token of one server must not be sent to another.
 */
function captured(
  provider: OAuth2Provider,
  connector: string,
  fields: Fields,
  settings: JsonObject,
): Record<string, string> {
  const found: Record<string, string> = { ...pickParameters(provider, settings) };
  for (const name of Object.keys({ ...provider.captures, ...provider.parameters })) {
    const value = findField(fields, connector, name)?.reveal();
    const pattern = provider.parameters?.[name]?.pattern;
    if (value === undefined || (pattern && !pattern.test(value))) continue;
    if (found[name] !== undefined && found[name].toLowerCase() !== value.toLowerCase()) {
      throw new OutsideError(
        'configuration',
        `The account belongs to another ${name} than the configuration of the source names.`,
      );
    }
    found[name] = value;
  }
  return found;
}

function directFields(scheme: z.ZodObject, connector: string, fields: Fields): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(scheme.shape)) {
    const value = findField(fields, connector, name)?.reveal();
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Names only: which are wanted, and which there are. */
function missing(title: string, wanted: readonly string[], fields: Fields): OutsideError {
  const available = Object.keys(fields).toSorted().slice(0, 40).join(', ') || 'nothing';
  return new OutsideError(
    'missing_fields',
    `${title} has no ${wanted.join(' and no ')} for this account. It has: ${available}.`,
  );
}

/**
 * Turns a vendor's fields into what the connector takes; `settings` is the connection's configuration. Throws
 * `OutsideError('missing_fields' | 'configuration')`.
 */
export function mapCredentials(
  title: string,
  connector: Pick<Connector, 'id' | 'auth'>,
  { fields }: OutsideCredentials,
  settings: JsonObject = {},
): MappedCredentials {
  const provider = oauth2Of(connector);
  const token = provider && findField(fields, connector.id, 'access_token', ACCESS_TOKEN_NAMES);
  if (token) return { type: 'token', token, captured: captured(provider, connector.id, fields, settings) };
  const direct = connector.auth.find((scheme) => scheme.type === 'direct');
  if (!direct) throw missing(title, ['access_token'], fields);
  const mapped = directFields(direct.fields, connector.id, fields);
  const parsed = direct.fields.safeParse(mapped);
  if (!parsed.success) {
    const wanted = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? 'credentials')))];
    throw missing(title, wanted, fields);
  }
  // A connector may do without credentials; an account that has none of them is a mistake all the same.
  if (Object.keys(mapped).length === 0) throw missing(title, Object.keys(direct.fields.shape), fields);
  return { type: 'fields', fields: parsed.data };
}
