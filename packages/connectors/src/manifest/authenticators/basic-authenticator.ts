import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { renderedText } from '../requests/rendered-text.ts';
import type { Authenticator } from './authenticator.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** `Authorization: Basic …` (RFC 7617) with user name and password of the configuration (`BasicHttpAuthenticator`). */
export function basicAuthenticator(definition: Component, build: Build): Authenticator {
  const context = templateContext(build, definition);
  const user = renderedText(definition['username'], context) ?? '';
  const password = renderedText(definition['password'], context) ?? '';
  const encoded = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
  const headers = { Authorization: `Basic ${encoded}` };
  // Encoded it is another text than the configuration's, and as good as the password.
  const secrets = [encoded];
  return { authenticate: () => Promise.resolve({ parts: { headers }, secrets }) };
}
