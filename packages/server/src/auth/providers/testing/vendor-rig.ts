import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { direct, oauth, type AuthScheme } from '@tributary/connectors/kit/auth';
import { secret } from '@tributary/connectors/kit/fields';
import { HttpRig } from '@tributary/connectors/kit/http-rig';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Lookup } from '@tributary/connectors/kit/network-guard';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { z } from 'zod';
import { createOutsideCredentials, type OpenedOutside, type OutsideCredentialsSource } from '../outside-credentials.ts';
import type { OutsideKind } from '../outside-provider.ts';
import { createOutsideProviders } from '../outside-providers.ts';

/** A request as a vendor's server got it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface VendorAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
}

export interface Vendor {
  readonly origin: string;
  /** What it was asked, in order. */
  readonly seen: Seen[];
}

/** A way to OAuth 2 with a name in its address, as Zendesk's. */
export const exampleProvider: OAuth2Provider = {
  type: 'oauth2',
  id: 'example',
  title: 'Example',
  docs: 'https://example.com/docs',
  authorizeUrl: 'https://example.com/authorize',
  tokenUrl: 'https://example.com/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  captures: { instance_url: 'instance_url' },
  parameters: { subdomain: { title: 'Subdomain', pattern: /^[a-z0-9-]+$/, example: 'acme' } },
  rotation: 'stable',
  baseUrl: 'https://{subdomain}.example.com',
};

const connector = (id: string, auth: AuthScheme): Pick<Connector, 'id' | 'auth'> => ({ id, auth: [auth] });

/** One of each kind of credentials that an outside vault may have to give. */
export const connectors = {
  token: connector('notion', oauth(exampleProvider)),
  apiKey: connector('stripe', direct(z.object({ api_key: secret({ title: 'API key' }) }))),
  password: connector(
    'servicenow',
    direct(z.object({ subdomain: z.string(), username: z.string(), password: secret({ title: 'Password' }) })),
  ),
};

export interface Asked {
  readonly kind: OutsideKind;
  readonly key: JsonObject;
  readonly config: JsonObject;
  readonly connector?: Pick<Connector, 'id' | 'auth'>;
  readonly sourceConnectionId?: string;
  readonly authProviderId?: string;
}

/** Vendors on the loopback, and what asks them, with a clock whose waits are noted and not slept. */
export class VendorRig {
  readonly http = new HttpRig();

  async vendor(answer: (seen: Seen, count: number) => VendorAnswer | Promise<VendorAnswer>): Promise<Vendor> {
    const seen: Seen[] = [];
    const { origin } = await this.http.serve((request, response) => {
      void read(request).then(async (one) => {
        seen.push(one);
        send(response, await answer(one, seen.length - 1));
      });
    });
    return { origin, seen };
  }

  source(
    options: { readonly lookup?: Lookup; readonly allow?: readonly string[]; readonly patienceMs?: number } = {},
  ): OutsideCredentialsSource {
    const { allow = ['127.0.0.0/8'], ...rest } = options;
    return createOutsideCredentials({
      providers: createOutsideProviders(),
      policy: { allow },
      clock: this.http.clock,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      random: () => 0,
      ...rest,
    });
  }

  open(asked: Asked, source = this.source()): Promise<OpenedOutside> {
    return source.open({
      connector: asked.connector ?? connectors.token,
      config: asked.config,
      sourceConnectionId: asked.sourceConnectionId ?? '7c0f3f0e-0000-4000-8000-000000000001',
      authProviderId: asked.authProviderId ?? 'provider',
      loadKey: () => Promise.resolve({ kind: asked.kind, key: asked.key, keyId: 'provider 1' }),
    });
  }

  /** The header that a connector of the token kind would send now. */
  async header(asked: Asked, source = this.source()): Promise<string> {
    const opened = await this.open(asked, source);
    return headerOf(opened);
  }

  close(): Promise<void> {
    return this.http.close();
  }
}

export async function headerOf(opened: OpenedOutside): Promise<string> {
  const { authorization } = opened as Extract<OpenedOutside, { authorization: unknown }>;
  const header = await (authorization as { header(of: object): Promise<{ reveal(): string }> }).header({});
  return header.reveal();
}

/** What an opening failed with; throws when it did not. */
export async function faultOf(
  opening: Promise<unknown>,
): Promise<{ problem: string; reason: string; message: string; retryAfterMs: number | undefined }> {
  const error: unknown = await opening.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) throw error;
  const problem = 'problem' in error ? String(error.problem) : '';
  return { problem, reason: error.reason, message: error.message, retryAfterMs: error.retryAfterMs };
}

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://vendor.test');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = {} }: VendorAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
