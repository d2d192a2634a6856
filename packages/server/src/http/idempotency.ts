import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore } from '../control/database.ts';
import {
  deleteIdempotencyKey,
  deleteIdempotencyKeysBefore,
  findIdempotencyKey,
  insertIdempotencyKey,
  updateAbandonedIdempotencyKey,
  updateIdempotentAnswer,
} from '../control/idempotency-keys.ts';
import { runForEveryone } from '../control/tenant-scope.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { BodyAnswer } from './answer.ts';

const retentionMs = 86_400_000;
/** A request that was begun longer ago and never ended was lost with its process: the next one takes its place. */
const abandonedAfterMs = 120_000;
const sweepEveryMs = 600_000;

export interface IdempotentRequest {
  readonly actor: Actor;
  /** As the caller sent it. */
  readonly key: string;
  /** The API key as presented; the stored answer can be read with it only. */
  readonly presentedKey: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly body: unknown;
}

/**
 * Gives the first answer again to a request that repeats an `Idempotency-Key`
 * (draft-ietf-httpapi-idempotency-key-header). Keys belong to an API key. An answer may hold what is shown once, such as
 * a claim token, so it is stored sealed under the caller's own API key, which the service does not keep.
 */
export class IdempotentAnswers {
  readonly #db: ControlStore['db'];
  readonly #clock: Clock;
  #sweepAt = 0;

  constructor({ control, clock }: { readonly control: Pick<ControlStore, 'db'>; readonly clock: Clock }) {
    this.#db = control.db;
    this.#clock = clock;
  }

  /**
   * Runs `work` for the first request with its key. Answers of 500 and above, and thrown errors, are not kept.
   * @throws idempotency_key_reused, idempotency_in_progress, invalid_request for a key that is empty or too long
   */
  async run(request: IdempotentRequest, work: () => Promise<BodyAnswer>): Promise<BodyAnswer> {
    refuseBadKey(request.key);
    await this.#deleteOld();
    const stored = await this.#begin(request);
    if (stored !== undefined) return stored;
    try {
      const answer = await work();
      await (answer.status < 500 ? this.#keep(request, answer) : this.#forget(request));
      return answer;
    } catch (error) {
      await this.#forget(request);
      throw error;
    }
  }

  /** Claims the key; gives the stored answer when there is one. */
  async #begin(request: IdempotentRequest): Promise<BodyAnswer | undefined> {
    const { organizationId } = request.actor;
    const now = this.#clock.now();
    const row = { key: rowKey(request), request_hash: fingerprint(request), created_at: now };
    if (await insertIdempotencyKey(this.#db, organizationId, row)) return undefined;
    const first = await findIdempotencyKey(this.#db, organizationId, row.key);
    // It failed and was forgotten in between.
    if (!first) return this.#begin(request);
    if (first.request_hash !== row.request_hash) throw errors.idempotency_key_reused({ key: request.key });
    if (first.body !== null) return unseal(first.body, request);
    const claim = { key: row.key, now, claimedBefore: now - abandonedAfterMs };
    const taken = await updateAbandonedIdempotencyKey(this.#db, organizationId, claim);
    if (!taken) throw errors.idempotency_in_progress({ key: request.key });
    return undefined;
  }

  async #keep(request: IdempotentRequest, answer: BodyAnswer): Promise<void> {
    const stored = { status: answer.status, body: seal(answer, request) };
    await updateIdempotentAnswer(this.#db, request.actor.organizationId, rowKey(request), stored);
  }

  async #forget(request: IdempotentRequest): Promise<void> {
    await deleteIdempotencyKey(this.#db, request.actor.organizationId, rowKey(request));
  }

  async #deleteOld(): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + sweepEveryMs;
    // Of all organizations, whosever request it is that finds them old.
    await runForEveryone(() => deleteIdempotencyKeysBefore(this.#db, now - retentionMs));
  }
}

function refuseBadKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return;
  const message = 'must be 1 to 255 visible ASCII characters';
  throw errors.invalid_request({ issues: [{ path: ['header', 'idempotency-key'], message, code: 'invalid_format' }] });
}

function rowKey(request: IdempotentRequest): string {
  return `${request.actor.apiKeyId}:${request.key}`;
}

/** Keyed, because a plain hash of a body would let a reader of the table guess short passwords in it. */
function fingerprint(request: IdempotentRequest): string {
  const text = JSON.stringify([request.method, request.url, request.body ?? null]);
  return createHmac('sha256', request.presentedKey).update(text).digest('hex');
}

function sealingKey(request: IdempotentRequest): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', request.presentedKey, rowKey(request), 'idempotent answer', 32));
}

function seal(answer: BodyAnswer, request: IdempotentRequest): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(request), iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

function unseal(text: string, request: IdempotentRequest): BodyAnswer {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(request), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  const plain = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  return JSON.parse(plain) as BodyAnswer;
}
