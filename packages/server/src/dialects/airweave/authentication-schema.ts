import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import type { CreateInput } from '../../source-connections/model.ts';
import { systemClock } from '../../lib/clock.ts';
import { JsonMap } from '../../http/wire-values.ts';

const optionalText = z.string().nullish();

/** A member that fails in a mild way would otherwise speak for the whole union, about fields that are none of its own. */
function leaveWordsToUnion(payload: z.core.ParsePayload): void {
  payload.aborted = payload.issues.length > 0;
}

/** Credentials that a person types in. */
export const DirectAuthentication = z
  .strictObject({ credentials: JsonMap })
  .refine(({ credentials }) => Object.keys(credentials).length > 0, {
    path: ['credentials'],
    error: 'Credentials cannot be empty',
  })
  .check(leaveWordsToUnion)
  .meta({ id: 'DirectAuthentication' });

export const OAuthTokenAuthentication = z
  .strictObject({
    access_token: z.string(),
    refresh_token: optionalText,
    expires_at: z.iso.datetime({ offset: true, local: true }).nullish(),
  })
  .refine((given) => given.access_token.trim() !== '', {
    path: ['access_token'],
    error: 'Access token cannot be blank',
  })
  .refine((given) => !given.expires_at || millisOf(given.expires_at) > systemClock.now(), {
    path: ['expires_at'],
    error: 'Token has already expired',
  })
  .check(leaveWordsToUnion)
  .meta({ id: 'OAuthTokenAuthentication' });

const OAuthBrowserAuthentication = z
  .strictObject({
    redirect_uri: optionalText,
    client_id: optionalText,
    client_secret: optionalText,
    consumer_key: optionalText,
    consumer_secret: optionalText,
  })
  .refine((given) => !given.client_id === !given.client_secret, 'client_id and client_secret must be given together')
  .refine(
    (given) => !given.consumer_key === !given.consumer_secret,
    'consumer_key and consumer_secret must be given together',
  )
  .refine(
    (given) => !(given.client_id && given.consumer_key),
    'Give either client_id and client_secret or consumer_key and consumer_secret',
  )
  .check(leaveWordsToUnion)
  .meta({ id: 'OAuthBrowserAuthentication' });

const AuthProviderAuthentication = z
  .strictObject({ provider_readable_id: z.string().min(1), provider_config: JsonMap.nullish() })
  .check(leaveWordsToUnion)
  .meta({ id: 'AuthProviderAuthentication' });

const members = [
  DirectAuthentication,
  OAuthTokenAuthentication,
  OAuthBrowserAuthentication,
  AuthProviderAuthentication,
] as const;

/** A time without an offset is UTC, as the published API reads it. */
function millisOf(iso: string): number {
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(iso) ? iso : `${iso}Z`);
}

/** Why no member of the union took the input: names the fields, never their values. */
function explain(input: unknown): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'Authentication should be an object';
  const given = Object.keys(input);
  const known = members.flatMap((member) => Object.keys(member.shape));
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) return `Unknown field in authentication: ${unknown.join(', ')}`;
  const named = members.filter((member) => given.some((name) => name in member.shape));
  const [only] = named;
  if (named.length !== 1 || !only) {
    return `Authentication mixes the fields of several methods: ${given.join(', ')}. Give those of one.`;
  }
  const issue = only.safeParse(input).error?.issues[0];
  return issue ? [...issue.path, issue.message].join(': ') : 'Invalid authentication';
}

/** The untagged union of the published API: each member forbids foreign fields, so at most one can match. */
export const Authentication = z.union(members, { error: ({ input }) => explain(input) });
export type Authentication = z.output<typeof Authentication>;

/** Credentials as the caller gave them; empty where the method has none. */
export type DetectedAuthentication = Pick<CreateInput, 'method' | 'credentials' | 'client' | 'tokens'>;

/** The auth method that follows from the fields given. `absent` leaves the decision to the service. */
export function detectAuthentication(given: Authentication | null | undefined): DetectedAuthentication {
  if (!given) return { method: 'absent', credentials: {} };
  if ('credentials' in given) return { method: 'direct', credentials: given.credentials };
  if ('access_token' in given) return { method: 'oauth_token', credentials: {}, tokens: tokensOf(given) };
  if ('provider_readable_id' in given) return { method: 'auth_provider', credentials: { ...given } };
  const id = given.client_id || given.consumer_key;
  const secret = given.client_secret || given.consumer_secret;
  if (!id || !secret) return { method: 'oauth_browser', credentials: {} };
  return { method: 'oauth_byoc', credentials: {}, client: { id, secret: new Secret(secret) } };
}

function tokensOf(given: z.output<typeof OAuthTokenAuthentication>): NonNullable<CreateInput['tokens']> {
  const { access_token: access, refresh_token: refresh, expires_at: expiresAt } = given;
  return {
    accessToken: new Secret(access.trim()),
    ...(refresh && { refreshToken: new Secret(refresh) }),
    ...(expiresAt && { expiresAt: millisOf(expiresAt) }),
  };
}
