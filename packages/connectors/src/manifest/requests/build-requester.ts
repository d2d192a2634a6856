import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { buildAuthenticator } from '../authenticators/build-authenticator.ts';
import { buildErrorHandler } from '../error-handling/build-error-handler.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Requester } from '../model/request.ts';
import { customPart } from '../model/custom-part.ts';
import { HttpRequester } from './http-requester.ts';
import type { BodyTaking } from './http-requester.ts';
import { componentOf } from './components-of.ts';
import { ownParts } from './own-parts.ts';
import { baseUrl, requestUrl } from './request-url.ts';

export interface RequesterOptions {
  readonly bodies: BodyTaking;
}

/**
 * Builds an `HttpRequester` with its authentication, error handling and retries, or the port of a custom one. Throws
 * `ConnectorError('configuration')`.
 */
export function buildRequester(
  definition: Component,
  build: Build,
  stream: StreamContext,
  options: RequesterOptions,
): Requester {
  if (definition.type !== 'HttpRequester') return customPart<Requester>(definition, build, stream);
  return new HttpRequester({
    build,
    stream,
    method: methodOf(definition['http_method']),
    urlOf: requestUrl(definition, build),
    own: ownParts(definition, build),
    authenticator: buildAuthenticator(componentOf(definition['authenticator']), {
      build,
      stream,
      baseUrl: () => baseUrl(definition, build),
      requester: (login) => buildRequester(login, build, stream, { bodies: 'whole' }),
    }),
    errorHandler: buildErrorHandler(componentOf(definition['error_handler']), build, stream),
    ...bodiesOf(options.bodies, isCached(definition['use_cache'], stream)),
  });
}

/** Only bodies that are there as a whole are kept for others; large ones are no reason to do without. */
function bodiesOf(bodies: BodyTaking, cached: boolean): { readonly bodies: BodyTaking; readonly cached: boolean } {
  const taking = cached && bodies === 'whole unless large' ? 'whole' : bodies;
  return { bodies: taking, cached: cached && taking === 'whole' };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

function methodOf(given: Json | undefined): (typeof METHODS)[number] {
  const wanted = typeof given === 'string' ? given.toUpperCase() : 'GET';
  const method = METHODS.find((one) => one === wanted);
  if (!method)
    throw new ConnectorError('configuration', `\`http_method\` "${wanted}" of a requester is no HTTP method.`);
  return method;
}

/** Parents are cached unless the manifest says otherwise in so many words. */
const isCached = (given: Json | undefined, { isParent = false }: StreamContext): boolean =>
  given === true || (isParent && given !== false);
