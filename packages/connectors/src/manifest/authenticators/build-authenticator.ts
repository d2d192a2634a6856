import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Requester } from '../model/request.ts';
import { customPart } from '../model/custom-part.ts';
import { apiKeyAuthenticator } from './api-key-authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import { basicAuthenticator } from './basic-authenticator.ts';
import { bearerAuthenticator } from './bearer-authenticator.ts';
import { grantedAuthenticator } from './granted-authenticator.ts';
import { jwtAuthenticator } from './jwt-authenticator.ts';
import { legacySessionAuthenticator } from './legacy-session-authenticator.ts';
import { noAuth } from './no-auth.ts';
import { oauthAuthenticator } from './oauth-authenticator.ts';
import { rateLimitedAuthenticator } from './rate-limited-authenticator.ts';
import { selectedAuthenticator } from './selective-authenticator.ts';
import { sessionTokenAuthenticator } from './session-token-authenticator.ts';

export interface AuthenticatorGround {
  readonly build: Build;
  readonly stream: StreamContext;
  /** The requester's URL without its path, for the older kind of session. */
  readonly baseUrl: () => string;
  /** Builds the requester of a login. */
  readonly requester: (definition: Component) => Requester;
}

type Make = (definition: Component, ground: AuthenticatorGround) => Authenticator;

const BY_TYPE: Readonly<Record<string, Make>> = {
  BearerAuthenticator: (definition, { build }) => bearerAuthenticator(definition, build),
  BasicHttpAuthenticator: (definition, { build }) => basicAuthenticator(definition, build),
  ApiKeyAuthenticator: (definition, { build }) => apiKeyAuthenticator(definition, build),
  OAuthAuthenticator: (definition, { build }) => oauthAuthenticator(definition, build),
  JwtAuthenticator: (definition, { build }) => jwtAuthenticator(definition, build),
  SessionTokenAuthenticator: (definition, { build, stream, requester }) =>
    sessionTokenAuthenticator(definition, build, stream, requester),
  LegacySessionTokenAuthenticator: (definition, { build, baseUrl }) =>
    legacySessionAuthenticator(definition, build, baseUrl()),
  RateLimitedMultipleTokenAuthenticator: (definition, { build }) => rateLimitedAuthenticator(definition, build),
  SelectiveAuthenticator: (definition, ground) =>
    buildAuthenticator(selectedAuthenticator(definition, ground.build.config), ground),
};

/**
 * Builds how the requests of a requester are authenticated: as its component says, or, where a person has granted access at the
 * provider, by the token that the platform keeps. Throws `ConnectorError('configuration')`.
 */
export function buildAuthenticator(definition: Component | undefined, ground: AuthenticatorGround): Authenticator {
  if (!definition || definition.type === 'NoAuth') return noAuth;
  const { grantedAuthorization: granted } = ground.build;
  if (granted) return grantedAuthenticator(granted);
  const make = Object.hasOwn(BY_TYPE, definition.type) ? BY_TYPE[definition.type] : undefined;
  if (make) return make(definition, ground);
  return customPart<Authenticator>(definition, ground.build, ground.stream);
}
