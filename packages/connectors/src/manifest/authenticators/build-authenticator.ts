import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { apiKeyAuthenticator } from './api-key-authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import { basicAuthenticator } from './basic-authenticator.ts';
import { bearerAuthenticator } from './bearer-authenticator.ts';
import { noAuth } from './no-auth.ts';

type Make = (definition: Component, build: Build, stream: StreamContext) => Authenticator;

const BY_TYPE: Readonly<Record<string, Make>> = {
  NoAuth: () => noAuth,
  BearerAuthenticator: bearerAuthenticator,
  BasicHttpAuthenticator: basicAuthenticator,
  ApiKeyAuthenticator: apiKeyAuthenticator,
};

/** Builds how the requests of a requester are authenticated. Throws `ConnectorError('configuration')`. */
export function buildAuthenticator(
  definition: Component | undefined,
  build: Build,
  stream: StreamContext,
): Authenticator {
  if (!definition) return noAuth;
  const make = Object.hasOwn(BY_TYPE, definition.type) ? BY_TYPE[definition.type] : undefined;
  if (make) return make(definition, build, stream);
  const className = String(definition['class_name'] ?? definition.type);
  const port = build.custom.get(className);
  if (!port) throw new ConnectorError('configuration', `There is no port of the authenticator ${className}.`);
  return port(definition, build, stream) as Authenticator;
}
