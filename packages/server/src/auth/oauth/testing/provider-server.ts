import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { GrantBook } from './grant-book.ts';

/** One request as the vendor sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown to refuse; a vendor's refusal has its own status and word. */
class Refusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super('refused');
    this.reply = reply;
  }
}

const refuse = (error: string, status: number, why: string): never => {
  throw new Refusal({ status, body: { error, error_description: why } });
};

export const REDIRECT = 'https://tributary.example/oauth/callback';

/**
 * An authorization server that behaves as a row of the table says, and strictly: what the vendor would refuse is refused
 * (client authentication in the wrong place, PKCE that is missing or not taken, parameters left out, a code or a refresh token
 * used twice). `provider` is the row with its addresses moved to this server, below the name of each host.
 */
export class ProviderServer {
  readonly client = { id: 'client-id_1', secret: new Secret('client-secret_~1') };
  readonly seen: SeenRequest[] = [];
  readonly grants: GrantBook;
  readonly #row: OAuth2Provider;
  readonly #faults: ((request: SeenRequest) => Reply | undefined)[] = [];
  readonly #server: Server;
  #origin = '';

  constructor(row: OAuth2Provider, now: () => number) {
    this.#row = row;
    this.grants = new GrantBook(row, now);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  get provider(): OAuth2Provider {
    return rebased(this.#row, this.#origin);
  }

  get origin(): string {
    return this.#origin;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** The next request to the token endpoint gets this answer, once. */
  fail(reply: Reply): void {
    this.#faults.push(() => reply);
  }

  tokenRequests(): readonly SeenRequest[] {
    return this.seen.filter(({ body }) => body['grant_type'] !== undefined);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.#origin);
    const body = readBody(await text(request), request.headers['content-type'] ?? '');
    const { method = 'GET', headers } = request;
    const seen = { method, path: url.pathname, query: url.searchParams, headers, body };
    this.seen.push(seen);
    const reply = this.#reply(seen);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
  }

  #reply(seen: SeenRequest): Reply {
    try {
      return this.#route(seen)?.(seen) ?? { status: 404, body: { error: 'no such address' } };
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  }

  #route({ path }: SeenRequest): ((seen: SeenRequest) => Reply) | undefined {
    const { authorizeUrl, tokenUrl, refreshUrl, revocation, verify, baseUrl } = this.#row;
    const atToken = ['authorization_code', ...(refreshUrl === undefined ? ['refresh_token'] : [])];
    const routes: readonly [string | undefined, (seen: SeenRequest) => Reply][] = [
      [authorizeUrl, (seen) => this.#authorize(seen)],
      [tokenUrl, (seen) => this.#faults.shift()?.(seen) ?? this.#token(seen, atToken)],
      [refreshUrl, (seen) => this.#faults.shift()?.(seen) ?? this.#token(seen, ['refresh_token'])],
      [revocation?.url, (seen) => this.#revoke(seen)],
      [verify && `${baseUrl}${verify.path}`.split('?')[0], (seen) => this.#verify(seen)],
    ];
    return routes.find(([address]) => address !== undefined && matches(rebasedUrl(address, this.#origin), path))?.[1];
  }

  /** The person at the browser says yes at once. */
  #authorize({ query }: SeenRequest): Reply {
    const row = this.#row;
    const expected = { response_type: 'code', client_id: this.client.id, redirect_uri: REDIRECT };
    for (const [name, value] of Object.entries({ ...row.authorizeParameters, ...expected })) {
      if (query.get(name) !== value) refuse('invalid_request', 400, `${name} must be ${value}`);
    }
    if (!query.get('state')) refuse('invalid_request', 400, 'there is no state');
    const challenge = query.get('code_challenge');
    if (row.pkce && query.get('code_challenge_method') !== 'S256') refuse('invalid_request', 400, 'PKCE is required');
    if (!row.pkce && challenge !== null) refuse('invalid_request', 400, 'unknown parameter code_challenge');
    const scope = query.get(row.scopeParameter ?? 'scope') ?? '';
    const code = this.grants.authorize({ challenge, scope });
    const location = `${REDIRECT}?code=${code}&state=${encodeURIComponent(query.get('state') ?? '')}`;
    return { status: 302, headers: { location } };
  }

  #token(seen: SeenRequest, grantTypes: readonly string[]): Reply {
    const row = this.#row;
    const { body, headers } = seen;
    if (!grantTypes.includes(body['grant_type'] ?? '')) refuse('unsupported_grant_type', 400, 'not known here');
    const json = (headers['content-type'] ?? '').startsWith('application/json');
    if (json !== (row.jsonTokenRequest ?? false)) refuse('invalid_request', 400, 'the body is of the wrong type');
    this.#authenticate(seen, row.clientAuthentication);
    for (const [name, value] of Object.entries(row.tokenParameters ?? {})) {
      if (body[name] !== value) refuse('invalid_request', 400, `${name} must be ${value}`);
    }
    if (body['grant_type'] === 'authorization_code') return this.#exchange(body);
    const issued = this.grants.refresh(body['refresh_token'] ?? '');
    return issued ? { status: 200, body: issued } : this.grants.refusal();
  }

  #exchange({ redirect_uri: redirectUri, code, code_verifier: verifier }: SeenRequest['body']): Reply {
    if (redirectUri !== REDIRECT) refuse('invalid_grant', 400, 'another redirect_uri');
    if (!this.#row.pkce && verifier !== undefined) refuse('invalid_request', 400, 'unknown parameter code_verifier');
    const hash = verifier === undefined ? null : createHash('sha256').update(verifier).digest('base64url');
    const issued = this.grants.exchange(code ?? '', hash);
    return issued ? { status: 200, body: issued } : this.grants.refusal();
  }

  #authenticate({ headers, body }: SeenRequest, method: OAuth2Provider['clientAuthentication']): void {
    const { id, secret } = this.client;
    const header = `Basic ${Buffer.from(`${id}:${secret.reveal()}`).toString('base64')}`;
    const inHeader = headers.authorization === header && body['client_secret'] === undefined;
    const inBody = headers.authorization === undefined && body['client_secret'] === secret.reveal();
    const public_ = headers.authorization === undefined && body['client_secret'] === undefined;
    const good = { basic: inHeader, body: inBody, none: public_ }[method];
    const named = method === 'basic' || body['client_id'] === id;
    if (!good || !named) refuse('invalid_client', 401, `the client proves itself by ${method} here`);
  }

  #revoke(seen: SeenRequest): Reply {
    const { revocation, clientAuthentication } = this.#row;
    if (!revocation || seen.method !== (revocation.method ?? 'POST')) return { status: 405 };
    const bearer = seen.headers.authorization?.replace(/^Bearer /, '');
    if (revocation.token !== 'bearer')
      this.#authenticate(seen, revocation.clientAuthentication ?? clientAuthentication);
    const token = revocation.token === 'bearer' ? bearer : seen.body[revocation.field ?? 'token'];
    if (!this.grants.revoke(token ?? '')) refuse('invalid_token', 400, 'not known here');
    return { status: 200 };
  }

  #verify(seen: SeenRequest): Reply {
    const { verify, tokenHeader } = this.#row;
    if (seen.method !== verify?.method) return { status: 405 };
    for (const [name, value] of Object.entries(verify.headers ?? {})) {
      if (seen.headers[name.toLowerCase()] !== value) return { status: 400, body: { error: `no ${name}` } };
    }
    const sent = seen.headers[tokenHeader?.toLowerCase() ?? 'authorization'];
    const token = tokenHeader === undefined ? /^Bearer (.+)$/.exec(String(sent))?.[1] : String(sent);
    return this.grants.isGood(token ?? '') ? { status: 200, body: { ok: true } } : { status: 401, body: {} };
  }
}

function readBody(body: string, type: string): Record<string, string> {
  if (body === '') return {};
  return type.startsWith('application/json')
    ? (JSON.parse(body) as Record<string, string>)
    : Object.fromEntries(new URLSearchParams(body));
}

/** `https://{shop}.myshopify.com/x` as `http://127.0.0.1:1/{shop}.myshopify.com/x`. */
function rebasedUrl(address: string, origin: string): string {
  return address.replace(/^(?:https:\/\/|\{)/, (begin) => `${origin}/${begin === '{' ? '{' : ''}`);
}

/** Whether a path is one that the address, with anything in place of its names, leads to. */
function matches(address: string, path: string): boolean {
  const [, wanted = ''] = /^http:\/\/[^/]+(\/.*)$/.exec(address) ?? [];
  const pattern = wanted
    .split('?')[0]
    ?.split(/\{\w+\}/)
    .map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
    .join('[^/]+');
  return new RegExp(`^${pattern}/?$`).test(decodeURIComponent(path));
}

function rebased(row: OAuth2Provider, origin: string): OAuth2Provider {
  return {
    ...row,
    authorizeUrl: rebasedUrl(row.authorizeUrl, origin),
    tokenUrl: rebasedUrl(row.tokenUrl, origin),
    ...(row.refreshUrl !== undefined && { refreshUrl: rebasedUrl(row.refreshUrl, origin) }),
    baseUrl: rebasedUrl(row.baseUrl, origin),
    ...(row.revocation && { revocation: { ...row.revocation, url: rebasedUrl(row.revocation.url, origin) } }),
  };
}
