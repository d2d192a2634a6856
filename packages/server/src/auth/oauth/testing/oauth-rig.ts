import { randomBytes } from 'node:crypto';
import type { Clock, Logger } from '@tributary/connectors/kit/context';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { AppError } from '../../../errors.ts';
import { createOAuthClient } from '../create-oauth-client.ts';
import type { AuthorizationAnswer, AuthorizationRequest, OAuthClient, ProviderAccess } from '../oauth-client.ts';
import type { OAuth2Tokens } from '../tokens.ts';
import { ProviderServer, REDIRECT } from './provider-server.ts';

/** A clock that stands still until it is moved. */
export class MovedClock implements Clock {
  #now = Date.parse('2026-11-26T12:00:00Z');
  now(): number {
    return this.#now;
  }
  move(ms: number): void {
    this.#now += ms;
  }
  sleep(ms: number): Promise<void> {
    this.move(ms);
    return Promise.resolve();
  }
}

/** A client that may reach the loopback, and vendors on it. Whatever it logs is in `lines`. */
export class OAuthRig {
  readonly clock = new MovedClock();
  readonly lines: string[] = [];
  readonly log: Logger;
  readonly client: OAuthClient;
  readonly #servers: ProviderServer[] = [];

  constructor() {
    const note = (fields: unknown, message: string): void =>
      void this.lines.push(`${message} ${JSON.stringify(fields)}`);
    this.log = { debug: note, info: note, warn: note };
    this.client = createOAuthClient({ policy: { allow: ['127.0.0.0/8'] }, clock: this.clock, log: this.log });
  }

  async vendor(row: OAuth2Provider): Promise<ProviderServer> {
    const server = await new ProviderServer(row, () => this.clock.now()).listen();
    this.#servers.push(server);
    return server;
  }

  access(vendor: ProviderServer): ProviderAccess<OAuth2Provider> {
    const { provider, client } = vendor;
    const parameters = Object.fromEntries(
      Object.entries(provider.parameters ?? {}).map(([name, { example }]) => [name, example]),
    );
    return { provider, client, parameters };
  }

  /** What flows do before the browser goes. */
  async begin(vendor: ProviderServer, scopes: readonly string[] = ['one:read', 'two:read']) {
    const state = randomBytes(32).toString('base64url');
    const request: AuthorizationRequest = { ...this.access(vendor), scopes, redirectUri: REDIRECT, state };
    return { request, started: await this.client.start(request) };
  }

  /** The browser goes to the vendor and comes back; resolves with what it came back with. */
  async allow(vendor: ProviderServer, scopes?: readonly string[]): Promise<AuthorizationAnswer> {
    const { request, started } = await this.begin(vendor, scopes);
    const gone = await fetch(started.url, { redirect: 'manual' });
    const location = gone.headers.get('location');
    if (location === null) throw new Error(`the vendor refused: ${gone.status} ${await gone.text()}`);
    return { ...request, memory: started.memory, query: new URL(location).searchParams };
  }

  async connect(vendor: ProviderServer): Promise<OAuth2Tokens> {
    return (await this.client.finish(await this.allow(vendor))) as OAuth2Tokens;
  }

  async close(): Promise<void> {
    await this.client.close();
    for (const server of this.#servers) server.close();
  }
}

/** The catalogue's error that a promise ends with; throws when it ends otherwise. */
export async function appErrorOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof AppError) return outcome;
  throw new Error(`an AppError was expected, not ${String(outcome)}`);
}
