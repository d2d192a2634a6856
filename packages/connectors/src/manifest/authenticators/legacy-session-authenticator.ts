import { ConnectorError } from '../../kit/connector-error.ts';
import type { HttpRequest, HttpResponse } from '../../kit/http-client.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { composeRequest } from '../requests/compose-request.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { renderedText } from '../requests/rendered-text.ts';
import type { Authenticator } from './authenticator.ts';
import { SessionToken } from './session-token.ts';
import { templateContext } from '../interpolation/template-context.ts';

const tokens = new WeakMap<Build, Map<string, SessionToken>>();

/** A generated token is asked for again after a day, as the CDK does. */
const DURATION = 'P1D';

/**
 * The older way to a session (`LegacySessionTokenAuthenticator`): the token of the configuration while the source takes it, else
 * that of a login with user name and password. `base` is the URL that the paths of login and validation follow.
 */
export function legacySessionAuthenticator(definition: Component, build: Build, base: string): Authenticator {
  const context = templateContext(build, definition);
  const text = (field: string): string => renderedText(definition[field], context) ?? '';
  const header = text('header');
  const known = tokens.get(build) ?? new Map<string, SessionToken>();
  tokens.set(build, known);
  const key = JSON.stringify([base, definition]);
  const token = known.get(key) ?? new SessionToken(() => findToken(text, build, base), build, DURATION);
  known.set(key, token);
  return {
    async authenticate() {
      const value = await token.current();
      return { parts: { headers: { [header]: value } }, secrets: [value] };
    },
  };
}

async function findToken(text: (field: string) => string, build: Build, base: string): Promise<string> {
  const given = text('session_token');
  if (given !== '' && (await isTaken(text, given, build, base))) return given;
  const [username, password, name] = [text('username'), text('password'), text('session_token_response_key')];
  if (username === '' || password === '') {
    throw new ConnectorError(
      'credential',
      'LegacySessionTokenAuthenticator: the session token is good no more, and user name and password are not set.',
    );
  }
  const url = new URL(`${base}${text('login_url')}`);
  const request = composeRequest({ method: 'POST', url }, { bodyJson: { username, password } }, build.guard);
  const body = (await ask(request, build)).json();
  const token = isJsonObject(body) ? body[name] : undefined;
  if (typeof token === 'string' && token !== '') return token;
  throw new ConnectorError(
    'invalid_answer',
    `LegacySessionTokenAuthenticator: the answer to the login has no "${name}".`,
  );
}

async function isTaken(text: (field: string) => string, token: string, build: Build, base: string): Promise<boolean> {
  const url = new URL(`${base}${text('validate_session_url')}`);
  const parts = { headers: { [text('header')]: token } };
  const { status } = await ask(composeRequest({ method: 'GET', url }, parts, build.guard), build, [401]);
  return status !== 401;
}

/** The client's own rules for failures are good here: these requests have no error handler. */
const ask = (
  { accept: _all, ...request }: HttpRequest,
  build: Build,
  accept: readonly number[] = [],
): Promise<HttpResponse> => build.ctx.http.request({ ...request, accept });
