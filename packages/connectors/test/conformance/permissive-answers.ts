import type { Json, JsonObject } from '../../src/kit/json.ts';
import type { LoopbackAnswer, LoopbackRequest } from './loopback-server.ts';

/** Of one manifest; days since the start of an API in windows of one day are some thousands. */
const MOST_REQUESTS = 20_000;

/**
 * Answers everything with `body`, `{}` or `[]`, and where a manifest says that tokens are had, with one: nobody gets past a
 * login without.
 */
export function permissiveAnswers(manifest: JsonObject, body: string): (request: LoopbackRequest) => LoopbackAnswer {
  const logins = [...loginsOf(manifest)];
  let asked = 0;
  return ({ url }) => {
    // A read that asks forever is told so, and is found out by its streams.
    asked += 1;
    if (asked > MOST_REQUESTS) return { status: 400, body: '{}' };
    const login = logins.find(({ path }) =>
      // An address that is a setting is told by its looks.
      path === '' ? /token|login|auth|session/i.test(url.pathname) : url.pathname.endsWith(path),
    );
    return { status: 200, body: login ? JSON.stringify(login.body) : body };
  };
}

interface Login {
  /** The last part of its path. */
  readonly path: string;
  readonly body: JsonObject;
}

function* loginsOf(value: Json | undefined): Generator<Login> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) yield* loginsOf(one as Json);
    return;
  }
  const component = value as JsonObject;
  const { type, token_refresh_endpoint: endpoint, session_token_path: path } = component;
  if (type === 'OAuthAuthenticator' && typeof endpoint === 'string') {
    const [access = 'access_token', expires = 'expires_in'] = [
      component['access_token_name'],
      component['expires_in_name'],
    ];
    yield {
      path: lastPart(endpoint),
      body: { [access as string]: 'sample', [expires as string]: 3600, refresh_token: 'sample' },
    };
  }
  if (type === 'SessionTokenAuthenticator' && Array.isArray(path)) {
    const { url, url_base: base, path: below } = component['login_requester'] as JsonObject;
    const body = path.toReversed().reduce<Json>((inner, name) => ({ [String(name)]: inner }), 'sample') as JsonObject;
    yield { path: lastPart([below, url, base].find((one) => typeof one === 'string' && one !== '') as string), body };
  }
  for (const one of Object.values(component)) yield* loginsOf(one);
}

const lastPart = (url: string): string =>
  url
    .replace(/\?.*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1)
    ?.replace(/.*\}\}/, '') ?? '';
