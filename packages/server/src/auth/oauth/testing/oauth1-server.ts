import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuth1Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import type { OAuth1Tokens } from '../tokens.ts';

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const parsed = (header: string): Map<string, string> =>
  new Map(
    [...header.replace(/^OAuth\s+/, '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      decodeURIComponent(value),
    ]),
  );

export interface JudgedRequest {
  readonly method: string;
  readonly url: URL;
  /** The `Authorization` header. */
  readonly header: string;
  readonly clientSecret: string;
  readonly tokenSecret: string;
}

/** The signature that a request must carry, reckoned straight from RFC 5849 §3.4 and not by the library of the client. */
export function signatureOf({ method, url, header, clientSecret, tokenSecret }: JudgedRequest): string {
  const oauth = parsed(header);
  const key = `${encode(clientSecret)}&${encode(tokenSecret)}`;
  const algorithm = oauth.get('oauth_signature_method');
  if (algorithm === 'PLAINTEXT') return key;
  const pairs = [...url.searchParams, ...oauth]
    .filter(([name]) => name !== 'oauth_signature' && name !== 'realm')
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='));
  const base = [method, `${url.origin}${url.pathname}`, pairs.join('&')].map(encode).join('&');
  const hash = algorithm === 'HMAC-SHA256' ? 'sha256' : 'sha1';
  return createHmac(hash, key).update(base).digest('base64');
}

interface Temporary {
  readonly secret: string;
  readonly callback: string;
  readonly verifier: string;
}

const fresh = (): string => randomBytes(12).toString('hex');

/** An OAuth 1.0a server that checks every signature, nonce and time; its API answers to signed requests only. */
export class OAuth1Server {
  readonly client = { id: 'consumer-key', secret: new Secret('consumer&secret') };
  readonly seen: { readonly path: string; readonly query: URLSearchParams }[] = [];
  readonly nonces: string[] = [];
  confirms = true;
  readonly #row: OAuth1Provider;
  readonly #now: () => number;
  readonly #temporary = new Map<string, Temporary>();
  readonly #tokens = new Map<string, string>();
  readonly #server: Server;
  #origin = '';

  constructor(row: OAuth1Provider, now: () => number) {
    this.#row = row;
    this.#now = now;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  get provider(): OAuth1Provider {
    const at = (url: string) => url.replace('https://', `${this.#origin}/`);
    const { requestTokenUrl, authorizeUrl, accessTokenUrl, baseUrl } = this.#row;
    return {
      ...this.#row,
      requestTokenUrl: at(requestTokenUrl),
      authorizeUrl: at(authorizeUrl),
      accessTokenUrl: at(accessTokenUrl),
      baseUrl: at(baseUrl),
    };
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

  /** A grant without the way to it. */
  grant(): OAuth1Tokens {
    const [token, secret] = [fresh(), fresh()];
    this.#tokens.set(token, secret);
    return { type: 'oauth1', token: new Secret(token), tokenSecret: new Secret(secret), captured: {} };
  }

  /** Every grant is gone. */
  forget(): void {
    this.#tokens.clear();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.#origin);
    this.seen.push({ path: url.pathname, query: url.searchParams });
    const { requestTokenUrl, authorizeUrl, accessTokenUrl } = this.provider;
    const is = (address: string) => url.pathname === new URL(address).pathname;
    if (is(authorizeUrl)) return this.#authorize(url, response);
    const header = request.headers.authorization ?? '';
    const token = parsed(header).get('oauth_token') ?? '';
    const known = is(accessTokenUrl) ? this.#temporary.get(token)?.secret : this.#tokens.get(token);
    const tokenSecret = is(requestTokenUrl) ? '' : known;
    if (!this.#isSigned(request, url, tokenSecret)) return void response.writeHead(401).end('invalid signature');
    if (is(requestTokenUrl)) return this.#begin(header, response);
    if (is(accessTokenUrl)) return this.#exchange(token, header, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }

  #isSigned({ method = '', headers }: IncomingMessage, url: URL, tokenSecret: string | undefined): boolean {
    const header = headers.authorization ?? '';
    const oauth = parsed(header);
    const nonce = oauth.get('oauth_nonce') ?? '';
    const late = Math.abs(Number(oauth.get('oauth_timestamp')) - this.#now() / 1000) > 300;
    const isNew = nonce !== '' && !late && !this.nonces.includes(nonce);
    const ours = oauth.get('oauth_consumer_key') === this.client.id;
    if (tokenSecret === undefined || !isNew || !ours) return false;
    if (oauth.get('oauth_signature_method') !== this.#row.signatureMethod) return false;
    this.nonces.push(nonce);
    const clientSecret = this.client.secret.reveal();
    return oauth.get('oauth_signature') === signatureOf({ method, url, header, clientSecret, tokenSecret });
  }

  #begin(header: string, response: ServerResponse): void {
    const token = fresh();
    const temporary = { secret: fresh(), callback: parsed(header).get('oauth_callback') ?? '', verifier: fresh() };
    this.#temporary.set(token, temporary);
    const confirmed = this.confirms ? { oauth_callback_confirmed: 'true' } : {};
    response.end(
      new URLSearchParams({ oauth_token: token, oauth_token_secret: temporary.secret, ...confirmed }).toString(),
    );
  }

  #authorize(url: URL, response: ServerResponse): void {
    const token = url.searchParams.get('oauth_token') ?? '';
    const { callback, verifier } = this.#temporary.get(token) ?? { callback: '', verifier: '' };
    const back = new URL(callback);
    back.searchParams.set('oauth_token', token);
    back.searchParams.set('oauth_verifier', verifier);
    response.writeHead(302, { location: back.href }).end();
  }

  #exchange(temporary: string, header: string, response: ServerResponse): void {
    const expected = this.#temporary.get(temporary)?.verifier;
    this.#temporary.delete(temporary);
    if (parsed(header).get('oauth_verifier') !== expected) return void response.writeHead(401).end('invalid verifier');
    const { token, tokenSecret } = this.grant();
    const pair = { oauth_token: token.reveal(), oauth_token_secret: tokenSecret.reveal(), user_id: '42' };
    response.end(new URLSearchParams(pair).toString());
  }
}
