import { createHash } from 'node:crypto';
import type { HttpResponse } from '../../kit/http-client.ts';
import type { Build } from '../model/build.ts';
import type { RequestParts } from '../model/request.ts';
import type { RequestTarget } from './compose-request.ts';

/** Answers that streams with the same parent share. */
export interface ResponseCache {
  /** The kept answer of the key, else that of `ask`, which is asked once however many wait for it. */
  get(key: string, ask: () => Promise<HttpResponse>): Promise<HttpResponse>;
}

/** All kept bodies together, and one alone: a larger one is not kept. */
const MOST_BYTES = 64 * 1024 * 1024;
const LARGEST = MOST_BYTES / 8;
/** Later, a source may have changed. */
const OLDEST_MS = 3_600_000;

interface Kept {
  readonly answer: Promise<HttpResponse>;
  readonly askedAt: number;
  bytes: number;
}

const caches = new WeakMap<Build, ResponseCache>();

/** The one cache of an opened manifest, which is gone with it. */
export function responseCacheOf(build: Build): ResponseCache {
  const cache = caches.get(build) ?? createResponseCache(() => build.ctx.clock.now());
  caches.set(build, cache);
  return cache;
}

/** Keeps good answers, those asked for last the longest, within a bound of memory. */
export function createResponseCache(now: () => number, mostBytes: number = MOST_BYTES): ResponseCache {
  const kept = new Map<string, Kept>();
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  const note = (key: string, entry: Kept, response: HttpResponse): void => {
    if (kept.get(key) !== entry) return;
    const size = response.bytes().length;
    if (response.status >= 300 || size > Math.min(LARGEST, mostBytes)) return drop(key);
    entry.bytes = size;
    bytes += size;
    for (const [oldest] of kept) {
      if (bytes <= mostBytes) break;
      drop(oldest);
    }
  };

  return {
    get(key, ask) {
      const found = kept.get(key);
      if (found && now() - found.askedAt < OLDEST_MS) {
        kept.delete(key);
        kept.set(key, found);
        return found.answer;
      }
      drop(key);
      const entry: Kept = { answer: ask(), askedAt: now(), bytes: 0 };
      kept.set(key, entry);
      entry.answer.then(
        (response) => note(key, entry, response),
        () => drop(key),
      );
      return entry.answer;
    },
  };
}

/** What tells a request from others: a digest, so that the secrets in it are not kept. */
export const cacheKey = ({ method, url }: RequestTarget, parts: RequestParts): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url.href, parts.params, parts.headers, parts.bodyData, parts.bodyJson]))
    .digest('base64');
