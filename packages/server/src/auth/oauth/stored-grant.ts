import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import type { OAuthClientCredentials, OAuthTokens, ProviderParameters } from './tokens.ts';

/** What the vault keeps of a connection by OAuth, under `oauth` of its credentials. */
export interface StoredGrant {
  /** Absent until the person has allowed it. */
  readonly tokens?: OAuthTokens;
  /** The client that came with the connection; absent: the organization's or the operator's. */
  readonly client?: OAuthClientCredentials;
  /** Public id of the client that the tokens were given to: others cannot renew them. Absent where nobody knows. */
  readonly issuedTo?: string;
  readonly parameters: ProviderParameters;
}

const secret = z.union([z.instanceof(Secret), z.string().transform((value) => new Secret(value))]);
const words = z.record(z.string(), z.string());
const Stored = z.object({
  tokens: z
    .discriminatedUnion('type', [
      z.object({
        type: z.literal('oauth2'),
        accessToken: secret,
        refreshToken: secret.optional(),
        expiresAt: z.number().optional(),
        refreshExpiresAt: z.number().optional(),
        scope: z.string().optional(),
        captured: words,
      }),
      z.object({ type: z.literal('oauth1'), token: secret, tokenSecret: secret, captured: words }),
    ])
    .optional(),
  client: z
    .object({ id: z.string(), secret: secret.optional() })
    .transform(({ id, secret: own }) => ({ id, secret: own }))
    .optional(),
  issuedTo: z.string().optional(),
  parameters: words,
});

/** Reads what `writeGrant` made, before the vault has sealed it or after it has opened it; `undefined` when the credentials are of another method. */
export function readGrant(credentials: Readonly<Record<string, unknown>>): StoredGrant | undefined {
  const stored = credentials['oauth'];
  return stored === undefined ? undefined : (Stored.parse(stored) as StoredGrant);
}

/** The credentials to seal; the vault seals secrets with what they hold. */
export function writeGrant(grant: StoredGrant): { readonly oauth: StoredGrant } {
  return { oauth: grant };
}
