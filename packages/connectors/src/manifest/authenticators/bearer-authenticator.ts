import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { renderedText } from '../requests/rendered-text.ts';
import type { Authenticator } from './authenticator.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** `Authorization: Bearer …` with a token of the configuration (`BearerAuthenticator`). */
export function bearerAuthenticator(definition: Component, build: Build): Authenticator {
  const token = renderedText(definition['api_token'], templateContext(build, definition)) ?? '';
  const headers = { Authorization: `Bearer ${token}` };
  return { authenticate: () => Promise.resolve({ parts: { headers } }) };
}
