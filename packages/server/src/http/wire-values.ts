import type { JsonObject } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import type { Id } from '../lib/ids.ts';

/** A UUID of any version, in lower case. */
export const Uuid = z.guid('Input should be a valid UUID').toLowerCase();

/** A UUID that names one kind of thing. */
export function idOf<T extends Id<string>>(): z.ZodType<T, string> {
  return Uuid as unknown as z.ZodType<T, string>;
}

/** An object of any JSON. */
export const JsonMap = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>;

/** ISO 8601 in UTC. */
export const Timestamp = z.iso.datetime();

/** Milliseconds since the epoch as ISO 8601 in UTC. */
export function timestamp(millis: number): string {
  return new Date(millis).toISOString();
}

/** The same for a moment that may not have come. */
export function timestampOrNull(millis: number | null): string | null {
  return millis === null ? null : timestamp(millis);
}
