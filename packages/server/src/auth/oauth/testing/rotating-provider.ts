import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { OAuth2Provider, Rotation } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import type { OAuth2Tokens } from '../tokens.ts';

/** How the provider behaves; may be changed while it runs. */
export interface ProviderBehaviour {
  rotation: Rotation;
  /** Seconds that an access token lasts; `undefined`: it does not say, and the token lasts until it is revoked. */
  expiresIn: number | undefined;
  /** Seconds that an unused refresh token lasts, when it says so. */
  refreshExpiresIn: number | undefined;
  /** Milliseconds before it answers. */
  delayMs: number;
  /** The token endpoint answers 503. */
  down: boolean;
  /** Called with every token request before anything of it counts; `drop` breaks the connection off. */
  onAsked: (() => Promise<'drop' | void> | void) | undefined;
  /** Called when the refresh token is used up, and the answer not sent yet. */
  onConsumed: ((token: string) => Promise<'drop' | void> | void) | undefined;
  /** Called when a refresh token comes that is used up. */
  onReused: ((token: string) => void) | undefined;
}

interface RefreshToken {
  readonly family: Family;
  used: boolean;
}

interface Family {
  revoked: boolean;
}

/** An authorization server with an API behind it, on the loopback: it gives tokens, counts, and revokes a family whose token comes twice. */
export class RotatingProvider {
  readonly behaviour: ProviderBehaviour = {
    rotation: 'single_use',
    expiresIn: 3_600,
    refreshExpiresIn: undefined,
    delayMs: 0,
    down: false,
    onAsked: undefined,
    onConsumed: undefined,
    onReused: undefined,
  };
  /** Requests to the token endpoint that it answered with tokens. */
  granted = 0;
  /** All requests to the token endpoint. */
  asked = 0;
  /** How often a refresh token came that was used up. */
  reused = 0;
  revocations = 0;
  /** Requests to the API with a good token, and with one that is not. */
  served = 0;
  refused = 0;
  readonly #refresh = new Map<string, RefreshToken>();
  readonly #access = new Map<string, { readonly family: Family; readonly until: number }>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });
  #origin = '';
  #count = 0;

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get origin(): string {
    return this.#origin;
  }

  /** Its row of the table. */
  row(given: Partial<OAuth2Provider> = {}): OAuth2Provider {
    return {
      type: 'oauth2',
      id: 'local',
      title: 'Local',
      docs: 'https://provider.example/docs',
      authorizeUrl: `${this.#origin}/authorize`,
      tokenUrl: `${this.#origin}/token`,
      revocation: { url: `${this.#origin}/revoke` },
      clientAuthentication: 'body',
      pkce: true,
      scopeSeparator: ' ',
      defaultScopes: [],
      rotation: this.behaviour.rotation,
      baseUrl: this.#origin,
      verify: { method: 'GET', path: '/api' },
      ...given,
    };
  }

  /** What a person would have allowed just now. */
  grant(): OAuth2Tokens {
    const { access_token, refresh_token, expires_in, refresh_token_expires_in } = this.#issue({ revoked: false });
    return {
      type: 'oauth2',
      accessToken: new Secret(access_token),
      ...(refresh_token !== undefined && { refreshToken: new Secret(refresh_token) }),
      ...(expires_in !== undefined && { expiresAt: Date.now() + expires_in * 1_000 }),
      ...(refresh_token_expires_in !== undefined && {
        refreshExpiresAt: Date.now() + refresh_token_expires_in * 1_000,
      }),
      captured: {},
    };
  }

  /** Nobody's tokens are good any more, as when a person takes the access back at the provider. */
  revokeAll(): void {
    for (const { family } of this.#refresh.values()) family.revoked = true;
    for (const { family } of this.#access.values()) family.revoked = true;
  }

  /** Access tokens lapse at once; refresh tokens go on. */
  lapseAll(): void {
    this.#access.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.#origin).pathname;
    const form = new URLSearchParams(await text(request));
    if (path === '/token') return this.#token(form, response);
    if (path === '/revoke') {
      this.revocations += 1;
      const known = this.#refresh.get(form.get('token') ?? '');
      if (known) known.family.revoked = true;
      return send(response, 200, {});
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const known = this.#access.get(token);
    if (!known || known.family.revoked || Date.now() >= known.until) {
      this.refused += 1;
      return send(response, 401, { error: 'invalid_token' });
    }
    this.served += 1;
    send(response, 200, { served: this.served });
  }

  async #token(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const { behaviour } = this;
    this.asked += 1;
    if ((await behaviour.onAsked?.()) === 'drop') return void response.destroy();
    if (behaviour.down) return send(response, 503, {});
    const given = form.get('refresh_token') ?? '';
    const token = this.#refresh.get(given);
    const single = behaviour.rotation === 'single_use';
    if (token?.used && single) {
      this.reused += 1;
      token.family.revoked = true;
      behaviour.onReused?.(given);
    }
    if (!token || token.family.revoked)
      return send(response, 400, { error: 'invalid_grant', error_description: 'token is not known' });
    token.used = true;
    const answer = this.#issue(token.family, behaviour.rotation === 'stable' ? given : null);
    await delay(behaviour.delayMs);
    if ((await behaviour.onConsumed?.(given)) === 'drop') return void response.destroy();
    this.granted += 1;
    send(response, 200, answer);
  }

  #issue(family: Family, stable: string | null = null) {
    const { rotation, expiresIn, refreshExpiresIn } = this.behaviour;
    this.#count += 1;
    const access_token = `access-${this.#count}`;
    this.#access.set(access_token, {
      family,
      until: expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1_000,
    });
    const refresh_token = rotation === 'none' ? undefined : (stable ?? `refresh-${this.#count}`);
    if (refresh_token !== undefined && !stable) this.#refresh.set(refresh_token, { family, used: false });
    return {
      access_token,
      token_type: 'bearer',
      refresh_token,
      ...(expiresIn !== undefined && { expires_in: expiresIn }),
      ...(refreshExpiresIn !== undefined && { refresh_token_expires_in: refreshExpiresIn }),
    };
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
