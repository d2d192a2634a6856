import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { must } from '../../lib/asserts.ts';
import { decrypt, encrypt } from '../aes-gcm.ts';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly verb: string;
  readonly token: string | undefined;
}

export interface TransitServer {
  /** Where the engine is mounted. */
  readonly url: string;
  readonly token: string;
  readonly seen: SeenRequest[];
  /** A new version of the key, as `POST /transit/keys/:name/rotate` makes it. */
  rotate(): void;
  /** Versions below it do not decrypt any more (`min_decryption_version`). */
  setOldest(version: number): void;
  /** Answers everything with this, until told otherwise. */
  answerWith(answer: { readonly status: number; readonly body: string } | undefined): void;
  stop(): Promise<void>;
}

const token = 'hvs.transit-token-for-tests';
const nothing = Buffer.alloc(0);

/** A key of the engine, with its versions. */
class TransitKey {
  readonly #versions = [randomBytes(32)];
  oldest = 1;

  rotate(): void {
    this.#versions.push(randomBytes(32));
  }

  encrypt(plaintext: string): string {
    const sealed = encrypt(must(this.#versions.at(-1), 'a version'), Buffer.from(plaintext, 'base64'), nothing);
    return `vault:v${this.#versions.length}:${sealed.toString('base64')}`;
  }

  decrypt(ciphertext: string): string {
    const [, version = '', text = ''] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
    const key = Number(version) < this.oldest ? undefined : this.#versions[Number(version) - 1];
    const plain = key && decrypt(key, Buffer.from(text, 'base64'), nothing);
    if (!plain) throw new Error('cipher: message authentication failed');
    return plain.toString('base64');
  }

  /** The `data` of the answer to a request. */
  answer(verb: string, input: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    if (verb === 'encrypt') return { ciphertext: this.encrypt(input['plaintext'] ?? '') };
    if (verb === 'decrypt') return { plaintext: this.decrypt(input['ciphertext'] ?? '') };
    return { ciphertext: this.encrypt(this.decrypt(input['ciphertext'] ?? '')) };
  }
}

/**
 * The transit engine as far as the documentation says it (https://developer.hashicorp.com/vault/api-docs/secret/transit): one
 * key `tributary` of type `aes256-gcm96`. For tests.
 */
export async function startTransitServer(): Promise<TransitServer> {
  const key = new TransitKey();
  const seen: SeenRequest[] = [];
  let fixed: { readonly status: number; readonly body: string } | undefined;

  const judge = (verb: string, given: string | undefined, text: string): readonly [status: number, body: object] => {
    if (given !== token) return [403, { errors: ['permission denied'] }];
    if (verb === '') return [404, { errors: [] }];
    try {
      const data = key.answer(verb, JSON.parse(text) as Record<string, string>);
      return [200, { request_id: 'r', lease_id: '', renewable: false, lease_duration: 0, data, auth: null }];
    } catch (error) {
      return [400, { errors: [String(error)] }];
    }
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const given = request.headers['x-vault-token']?.toString();
    const path = `${request.method} ${request.url}`;
    const verb = /^POST \/v1\/transit\/(encrypt|decrypt|rewrap)\/tributary$/.exec(path)?.[1] ?? '';
    seen.push({ verb, token: given });
    const [status, body] = judge(verb, given, await bodyOf(request));
    response.writeHead(fixed?.status ?? status, { 'content-type': 'application/json' });
    response.end(fixed?.body ?? JSON.stringify(body));
  };

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/transit`,
    token,
    seen,
    rotate: () => key.rotate(),
    setOldest: (version) => void (key.oldest = version),
    answerWith: (answer) => void (fixed = answer),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
