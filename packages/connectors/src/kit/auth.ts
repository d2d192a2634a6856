import type { z } from 'zod';
import type { GrantedCredentials } from './authorization.ts';
import type { OAuthProvider } from './oauth-provider.ts';

/**
 * How a source can be given credentials. `direct` covers everything that a person types in (API keys, passwords,
 * tokens); its fields are a zod object whose secret fields are made with `secret()`. `oauth`: the user allows access at the
 * provider, or hands over tokens of it. `granted`: what a person types in is exchanged for tokens by a machine grant. `none`
 * needs no credential.
 */
export type AuthScheme = DirectScheme | OAuthScheme | GrantedScheme | NoAuthScheme;

export interface DirectScheme {
  readonly type: 'direct';
  readonly fields: z.ZodObject;
}

export interface OAuthScheme {
  readonly type: 'oauth';
  readonly provider: OAuthProvider;
  /** What the connector needs; the provider's `defaultScopes` come along. */
  readonly scopes: readonly string[];
  /** The vendor allows each customer's own client only: nobody can share one. */
  readonly ownClientOnly?: boolean;
  /** Whoever reads renews the tokens: it gets them as they are (`GrantedCredentials.handed`), and gives back what it has changed. */
  readonly handsOver?: boolean;
}

/** How typed-in credentials become a token: by which request, and where to. */
export type MachineGrant =
  /** RFC 6749 §4.4. Fields `client_id`, `client_secret`. */
  | {
      readonly type: 'client_credentials';
      readonly tokenUrl: string;
      readonly scopes: readonly string[];
      readonly basic?: boolean;
    }
  /** RFC 7523 §2.1. Fields `issuer`, `private_key` (PEM), `subject?`, `key_id?`. */
  | {
      readonly type: 'jwt_bearer';
      readonly tokenUrl: string;
      readonly audience?: string;
      readonly scopes: readonly string[];
      readonly algorithm: 'RS256' | 'ES256';
    }
  /** A JWT of the app is exchanged for the token of one installation, as GitHub's. Fields `app_id`, `installation_id`, `private_key`. */
  | { readonly type: 'app_installation'; readonly tokenUrl: string }
  /** A login that answers with a token, which a header carries from then on. */
  | {
      readonly type: 'session_token';
      readonly loginUrl: string;
      readonly tokenAt: string;
      readonly header: string;
      readonly ttlSeconds: number;
    };

export interface GrantedScheme {
  readonly type: 'granted';
  readonly fields: z.ZodObject;
  readonly grant: MachineGrant;
}

export interface NoAuthScheme {
  readonly type: 'none';
}

/** Credentials that a person types in, described by a zod object. */
export function direct<F extends z.ZodObject>(fields: F): { readonly type: 'direct'; readonly fields: F } {
  return { type: 'direct', fields };
}

/** Access that the user grants at the provider. */
export function oauth(
  provider: OAuthProvider,
  options: { readonly scopes?: readonly string[]; readonly ownClientOnly?: boolean } = {},
): OAuthScheme {
  const { scopes = [], ownClientOnly } = options;
  return { type: 'oauth', provider, scopes, ...(ownClientOnly && { ownClientOnly }) };
}

/** Credentials that a person types in and that are exchanged for a token before every use that needs a new one. */
export function granted(fields: z.ZodObject, grant: MachineGrant): GrantedScheme {
  return { type: 'granted', fields, grant };
}

/** The sets of fields that a person may type in: those that the source itself takes, and those that are exchanged for a token. */
export function typedIn(auth: readonly AuthScheme[]): readonly z.ZodObject[] {
  return auth.filter((scheme) => scheme.type === 'direct' || scheme.type === 'granted').map(({ fields }) => fields);
}

export const none: NoAuthScheme = { type: 'none' };

/** The parsed shape of the credentials of a list of schemes. */
export type CredentialsOf<A extends readonly AuthScheme[]> = A[number] extends infer S
  ? S extends { readonly type: 'direct'; readonly fields: infer F extends z.ZodObject }
    ? z.output<F>
    : S extends { readonly type: 'oauth' | 'granted' }
      ? GrantedCredentials
      : Record<string, never>
  : never;
