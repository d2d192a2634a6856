import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { requestOption } from '../requests/request-option.ts';
import type { RequestOption } from '../requests/request-option.ts';
import { renderedText } from '../requests/rendered-text.ts';
import type { Authenticator } from './authenticator.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** A key of the configuration anywhere in the request (`ApiKeyAuthenticator`). Throws `ConnectorError('configuration')`. */
export function apiKeyAuthenticator(definition: Component, build: Build): Authenticator {
  const token = renderedText(definition['api_token'], templateContext(build, definition)) ?? '';
  const parts = keyOption(definition, build).add({}, token);
  const secrets = token === '' ? [] : [token];
  return { authenticate: () => Promise.resolve({ parts, secrets }) };
}

/** `inject_into`, or the deprecated `header`. */
function keyOption(definition: Component, build: Build): RequestOption {
  const { inject_into: place, header } = definition;
  if (isJsonObject(place)) {
    const $parameters = definition.$parameters ?? {};
    return requestOption({ $parameters, type: 'RequestOption', ...place }, build);
  }
  const name = typeof header === 'string' && header !== '' ? header : 'Authorization';
  return requestOption({ ...definition, type: 'RequestOption', inject_into: 'header', field_name: name }, build);
}
