import type { Clock, Logger } from '@tributary/connectors/kit/context';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { createHttpClient } from '@tributary/connectors/kit/guarded-http-client';
import type { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { KEY_BYTES } from './aes-gcm.ts';
import { parseKey } from './key-file.ts';
import type { KeyService } from './key-service.ts';

export interface TransitOptions {
  /** Where the engine is mounted: `https://vault.example.com:8200/v1/transit`. */
  readonly url: string;
  /** Name of the key there. */
  readonly key: string;
  readonly token: Secret;
  readonly clock: Clock;
  /** Numbers in [0, 1) for the jitter between tries. */
  readonly random?: () => number;
}

const Ciphertext = z.object({ data: z.object({ ciphertext: z.string().regex(/^[^\s:]+:v\d+:\S+$/) }) });
const Plaintext = z.object({ data: z.object({ plaintext: z.string() }) });

/** What is told of single requests is of no use to anybody here, and the service has no log yet. */
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

const refusals: Readonly<Record<number, string>> = {
  400: 'refused the request: the key is not of a kind that encrypts, or the text is not of this key',
  403: 'refused the token: it has run out, or its policy lacks update on encrypt, decrypt and rewrap of this key',
  404: 'has no such key, or the engine is not mounted there',
};

/**
 * The transit engine of HashiCorp Vault, and of OpenBao, which speaks the same: `POST /encrypt/:name`, `/decrypt/:name` and
 * `/rewrap/:name` with base64 in JSON and the token in `X-Vault-Token`
 * (https://developer.hashicorp.com/vault/api-docs/secret/transit). The address is the operator's and may be private. Redirects
 * are not followed: they would take the token elsewhere.
 */
export function createTransitKeyService({ url, key, token, clock, random }: TransitOptions): KeyService {
  const name = `${url} (key ${key})`;
  const http = createHttpClient({
    policy: { allow: 'all' },
    limits: { requestsPerMinute: 600, concurrency: 4 },
    clock,
    log: silent,
    timeouts: { connectMs: 5_000, headersMs: 10_000, totalMs: 20_000 },
    ...(random && { random }),
  });

  async function ask<T>(verb: string, json: Readonly<Record<string, string>>, answer: z.ZodType<T>): Promise<T> {
    const response = await http
      .request({
        url: `${url}/${verb}/${encodeURIComponent(key)}`,
        headers: { 'X-Vault-Token': token },
        json,
        accept: Object.keys(refusals).map(Number),
        redirects: 'answer',
        maxBytes: 100_000,
        // Every call may be repeated: a second encryption only gives another text of the same key.
        idempotent: true,
      })
      .catch((error: unknown) => {
        throw error instanceof ConnectorError ? failed(withoutBody(error)) : error;
      });
    const refusal = refusals[response.status];
    if (refusal !== undefined) throw failed(`${refusal} (${response.status})`);
    const parsed = answer.safeParse(jsonOf(response.text()));
    if (!parsed.success) throw failed(`gave another answer to ${verb} than its documentation says`);
    return parsed.data;
  }

  const failed = (what: string) => new ConfigError([`The key service ${name} ${what}`]);

  return {
    name,
    async wrap(plain) {
      const { data } = await ask('encrypt', { plaintext: plain.toString('base64') }, Ciphertext);
      return data.ciphertext;
    },
    async unwrap(wrapped) {
      const { data } = await ask('decrypt', { ciphertext: wrapped }, Plaintext);
      const plain = parseKey(data.plaintext);
      if (!plain) throw failed(`gave something else than a key of ${KEY_BYTES} bytes`);
      return plain;
    },
    async rewrap(wrapped) {
      const { data } = await ask('rewrap', { ciphertext: wrapped }, Ciphertext);
      return data.ciphertext;
    },
    close: () => http.close(),
  };
}

/** An answer that is not wanted may repeat the request, in which a key is: only its status is told. */
function withoutBody({ reason, message }: ConnectorError): string {
  const status = / answered (\d{3})/.exec(message)?.[1];
  if (status !== undefined) return `answered ${status}`;
  return reason === 'rate_limited' ? 'says: too many requests' : `cannot be used: ${message}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
