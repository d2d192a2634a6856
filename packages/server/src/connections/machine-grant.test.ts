import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';

const SECRET = 'canary-client-secret';
const LIFE_SECONDS = 5;

/** An API that takes tokens of its own token endpoint (RFC 6749 §4.4), each for some seconds. */
class TokenApi {
  issued = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #ends = new Map<string, number>();

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): string {
    return String((this.#server.address() as AddressInfo).port);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'http://localhost');
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (url.pathname === '/token') {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      if (form.get('client_secret') !== SECRET) return send(401, { error: 'invalid_client' });
      this.issued += 1;
      const token = `token-${this.issued}`;
      this.#ends.set(`Bearer ${token}`, Date.now() + LIFE_SECONDS * 1000);
      return send(200, { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS });
    }
    if ((this.#ends.get(request.headers.authorization ?? '') ?? 0) < Date.now()) return send(401, {});
    const after = Number(url.searchParams.get('after') ?? '0');
    return send(200, url.pathname === '/me' ? { sub: 'robot' } : (pages[after] ?? []));
  }
}

const pages: Readonly<Record<number, object>> = {
  0: [{ id: 1, text: 'First item' }],
  1: [{ id: 2, text: 'Second item' }],
};

const api = new TokenApi();
let t: TestService;

beforeAll(async () => {
  await api.listen();
  t = await startTestService();
});
afterAll(async () => {
  await t.stop();
  await api.close();
});
beforeEach(() => {
  api.issued = 0;
});

const connect = (credentials: object) =>
  t.newCollection().then((collection) =>
    t.api('POST', '/v1/source-connections', {
      short_name: 'oauth_stub',
      readable_collection_id: collection,
      config: { base_url: `http://127.0.0.1:${api.port}` },
      authentication: { credentials },
    }),
  );
const client = () => ({ client_id: 'robot', client_secret: SECRET, port: api.port });

it('exchanges what was typed in for a token, and again when that has come to its end', async () => {
  const made = await connect(client());
  expect(made.body).toMatchObject({ auth: { method: 'direct', authenticated: true } });
  expect(await t.waitForJob(made.body.id)).toMatchObject({ status: 'completed', entities_inserted: 2 });
  const before = api.issued;
  await new Promise((resolve) => setTimeout(resolve, LIFE_SECONDS * 1000));
  await t.api('POST', `/v1/source-connections/${made.body.id}/run`);
  expect(await t.waitForJob(made.body.id)).toMatchObject({ status: 'completed' });
  expect(api.issued).toBe(before + 1);
});

it('stores nothing when the client is refused, and never says its secret', async () => {
  const refused = await connect({ ...client(), client_secret: 'canary-wrong' });
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).not.toContain('canary');
  const mixed = await connect({ ...client(), access_token: 'canary-token' });
  expect(mixed.status).toBe(422);
  const half = await connect({ client_id: 'robot', port: api.port });
  expect(half.body.errors).toEqual([{ 'body.authentication.credentials.client_secret': 'Field required' }]);
  expect(api.issued).toBe(0);
});

it('shows the fields of every way to type credentials in, those as optional that only one of them needs', async () => {
  const { body } = await t.api('GET', '/v1/sources/github');
  const fields = body.auth_fields.fields as { name: string; required: boolean; is_secret: boolean }[];
  expect(fields.map(({ name }) => name)).toEqual(['access_token', 'app_id', 'installation_id', 'private_key']);
  expect(fields.some(({ required }) => required)).toBe(false);
  expect(fields.find(({ name }) => name === 'private_key')).toMatchObject({ is_secret: true });
});
