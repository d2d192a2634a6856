import { requestMatcher } from '../budget/request-matcher.ts';
import type { RequestMatcher } from '../budget/request-matcher.ts';
import { resetTime } from '../budget/reset-time.ts';
import type { Json } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestResponse } from '../model/request.ts';
import { componentsOf } from '../requests/components-of.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/** What one token may still ask of one pool; the times are milliseconds since the epoch. */
export interface Quota {
  remaining: number;
  resetAt: number;
  limit: number;
}

/** A `TokenQuota`: which requests it counts, and where its numbers stand. */
export interface QuotaPool {
  readonly name: string;
  readonly matchers: readonly RequestMatcher[];
  readonly exhausted: ReadonlySet<number>;
  /** The numbers of the quota status answer; `undefined` when one is missing there. */
  read(status: Json, now: number): Quota | undefined;
  /** Corrects `quota` by the headers of an answer. */
  correct(quota: Quota, response: Pick<ManifestResponse, 'status' | 'headers'>, now: number): void;
}

/** Resets of one window differ by that much between an answer and another. */
const SAME_WINDOW_MS = 5_000;

export function quotaPool(definition: Component, build: Pick<Build, 'config' | 'ctx'>): QuotaPool {
  const { name, exhaustion_status_codes: codes } = definition;
  const exhausted = new Set(Array.isArray(codes) ? codes.map(Number) : []);
  const header = (field: string): string | undefined => {
    const given = definition[field];
    return typeof given === 'string' && given !== '' ? given.toLowerCase() : undefined;
  };
  const [remainingHeader, resetHeader, limitHeader] = ['remaining_header', 'reset_header', 'limit_header'].map(header);
  return {
    name: typeof name === 'string' ? name : '',
    matchers: componentsOf(definition['matchers']).map((one) => requestMatcher(one, build)),
    exhausted,
    read(status, now) {
      const remaining = numberAt(status, definition['remaining_path']);
      const reset = valueAt(status, definition['reset_path']);
      const resetAt =
        typeof reset === 'string' || typeof reset === 'number' ? resetTime(String(reset), now) : undefined;
      if (remaining === undefined || resetAt === undefined) return undefined;
      return { remaining, resetAt, limit: numberAt(status, definition['limit_path']) ?? remaining };
    },
    correct(quota, { status, headers }, now) {
      const number = (name?: string): number | undefined => {
        const value = name === undefined ? undefined : headers[name];
        return value === undefined || value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
      };
      quota.limit = number(limitHeader) ?? quota.limit;
      const resetAt = resetTime(resetHeader === undefined ? undefined : headers[resetHeader], now) ?? quota.resetAt;
      const isRefused = exhausted.has(status);
      const left = number(remainingHeader) ?? (isRefused ? 0 : undefined);
      if (left === undefined) return;
      const isNew = resetAt > quota.resetAt + SAME_WINDOW_MS;
      const isOld = resetAt < quota.resetAt - SAME_WINDOW_MS;
      // An answer that was on its way while the window turned says nothing of the new one, but for a refusal.
      if (isOld && !isRefused) return;
      quota.remaining = isNew ? left : Math.min(quota.remaining, left);
      if (isNew) quota.resetAt = resetAt;
    },
  };
}

function valueAt(status: Json, path: Json | undefined): Json | undefined {
  const names = Array.isArray(path) ? path.map(String) : [];
  return names.reduce<Json | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), status);
}

function numberAt(status: Json, path: Json | undefined): number | undefined {
  const value = path === undefined ? undefined : valueAt(status, path);
  return typeof value === 'number' ? value : undefined;
}
