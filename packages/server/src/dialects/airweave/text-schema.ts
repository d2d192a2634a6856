import { z } from 'zod';

/** Code points, as the published API counts: a surrogate pair is one. */
function lengthOf(value: string): number {
  return Array.from(value).length;
}

/** Text of a bounded length, with the words of the published API. */
export function text(bounds: { readonly min?: number; readonly max?: number }) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  return z
    .string()
    .refine((value) => lengthOf(value) >= min, {
      error: `String should have at least ${min} characters`,
      params: { code: 'string_too_short' },
    })
    .refine((value) => lengthOf(value) <= max, {
      error: `String should have at most ${max} characters`,
      params: { code: 'string_too_long' },
    })
    .meta({ ...(min > 0 && { minLength: min }), ...(bounds.max !== undefined && { maxLength: max }) });
}
