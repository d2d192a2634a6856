import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestResponse, Requester } from '../model/request.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import { componentOf } from '../requests/components-of.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { requestOption } from '../requests/request-option.ts';
import type { Authenticator } from './authenticator.ts';
import { SessionToken } from './session-token.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** Sessions of an opened manifest by how they are begun: streams share them. */
const sessions = new WeakMap<Build, Map<string, SessionToken>>();

const USUAL_TEMPLATE = '{{ session_token }}';

/**
 * Logs in with a requester of its own and asks with the token of its answer (`SessionTokenAuthenticator`). `requester` builds it.
 * Throws `ConnectorError('configuration')`.
 */
export function sessionTokenAuthenticator(
  definition: Component,
  build: Build,
  stream: StreamContext,
  requester: (definition: Component) => Requester,
): Authenticator {
  const session = sharedSession(definition, build, stream, requester);
  const place = componentOf(definition['request_authentication']);
  const injected = componentOf(place?.['inject_into']);
  const fixed = templateContext(build, definition);
  if (!place || !injected) {
    return {
      async authenticate() {
        const token = await session.current();
        return {
          parts: { headers: { Authorization: `Bearer ${token}` } },
          secrets: [token],
          refused: () => session.replace(token),
        };
      },
    };
  }
  const option = requestOption(
    { $parameters: definition.$parameters ?? {}, ...injected, type: 'RequestOption' },
    build,
  );
  const { api_token: given } = place;
  const template = interpolatedText(typeof given === 'string' && given !== '' ? given : USUAL_TEMPLATE);
  return {
    async authenticate() {
      const token = await session.current();
      return {
        parts: option.add({}, template.evaluate({ ...fixed, session_token: token })),
        secrets: [token],
        refused: () => session.replace(token),
      };
    },
  };
}

function sharedSession(
  definition: Component,
  build: Build,
  stream: StreamContext,
  requester: (definition: Component) => Requester,
): SessionToken {
  const known = sessions.get(build) ?? new Map<string, SessionToken>();
  sessions.set(build, known);
  const { login_requester: login, session_token_path: path, expiration_duration: duration } = definition;
  const key = JSON.stringify([login, path, duration]);
  const session =
    known.get(key) ??
    new SessionToken(
      loginOf(definition, build, stream, requester),
      build,
      typeof duration === 'string' ? duration : undefined,
    );
  known.set(key, session);
  return session;
}

function loginOf(
  definition: Component,
  build: Build,
  stream: StreamContext,
  requester: (definition: Component) => Requester,
): () => Promise<string> {
  const login = componentOf(definition['login_requester']);
  if (!login) throw new ConnectorError('configuration', 'SessionTokenAuthenticator: it has no `login_requester`.');
  const sender = requester(login);
  const coded = componentOf(definition['decoder']);
  const path = Array.isArray(definition['session_token_path']) ? definition['session_token_path'].map(String) : [];
  return async () => {
    const outcome = await sender.send({ slice: EMPTY_SLICE }, []);
    if (outcome.type !== 'response') {
      throw new ConnectorError(
        'invalid_answer',
        'SessionTokenAuthenticator: the answer to the login is passed over by its error handler.',
      );
    }
    const token = valueAt(await bodyOf(outcome.response, coded, build, stream), path);
    if (typeof token === 'string' || typeof token === 'number') return String(token);
    throw new ConnectorError(
      'invalid_answer',
      `SessionTokenAuthenticator: the answer to the login has no "${path.join('.')}".`,
    );
  };
}

/** The first decoded body; the decoders for other formats than JSON are loaded by those who need them. */
async function bodyOf(
  response: ManifestResponse,
  decoder: Component | undefined,
  build: Build,
  stream: StreamContext,
): Promise<Json> {
  if (!decoder || decoder.type === 'JsonDecoder') return response.json();
  const { buildDecoder } = await import('../decoders/build-decoder.ts');
  for await (const body of buildDecoder(decoder, build, stream).decode(response)) return body;
  return null;
}

const valueAt = (body: Json, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, name) => {
    if (Array.isArray(value)) return (value as readonly Json[])[Number(name)];
    return isJsonObject(value) ? value[name] : undefined;
  }, body);
