import type { JsonObject } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import type { Id } from '../../lib/ids.ts';

/** Code points, as the published API counts: a surrogate pair is one. */
function lengthOf(value: string): number {
  return Array.from(value).length;
}

/** Text of a bounded length, with the words of the published API. */
export function text(bounds: { readonly min?: number; readonly max?: number }) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  return z
    .string(required)
    .refine((value) => lengthOf(value) >= min, {
      error: `String should have at least ${min} character${min === 1 ? '' : 's'}`,
      params: { code: 'string_too_short' },
    })
    .refine((value) => lengthOf(value) <= max, {
      error: `String should have at most ${max} characters`,
      params: { code: 'string_too_long' },
    })
    .meta({ ...(min > 0 && { minLength: min }), ...(bounds.max !== undefined && { maxLength: max }) });
}

/** Words for a field that is missing. */
export const required = {
  error: (issue: { readonly input?: unknown }) => (issue.input === undefined ? 'Field required' : undefined),
};

/** A UUID of any version, in lower case. */
export const Uuid = z.guid('Input should be a valid UUID').toLowerCase();

/** A UUID that names one kind of thing. */
export function idOf<T extends Id<string>>() {
  return Uuid as unknown as z.ZodType<T, string>;
}

/** ISO 8601 in UTC. */
export const Timestamp = z.iso.datetime();

/** An object of any JSON. */
export const JsonMap = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>;

/** Milliseconds since the epoch as ISO 8601 in UTC. */
export function timestamp(millis: number): string {
  return new Date(millis).toISOString();
}

/** The same for a moment that may not have come. */
export function timestampOrNull(millis: number | null): string | null {
  return millis === null ? null : timestamp(millis);
}
