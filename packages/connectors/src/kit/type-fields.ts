import { z } from 'zod';
import type { FieldMeta } from './fields.ts';
import { hasPlaceholder } from './placeholders.ts';
import { Secret } from './secret.ts';

/**
 * The fields of connection types. Each also takes a text with a `${placeholder}` in place of its value, kept as written; typed as
 * if it were filled in, since a type sees its settings only then. Numbers and switches may come as text, as variables do.
 * Absent and null give the default, as the connection contract has it for a full replacement.
 */
const placeholder = z
  .string()
  .refine(hasPlaceholder, 'not a placeholder')
  .meta({ description: 'A placeholder such as ${name}.' });

type Meta = Omit<FieldMeta, 'secret'>;

function orPlaceholder<T>(field: z.ZodType<T>): z.ZodType<T> {
  return z.union([field, placeholder]) as unknown as z.ZodType<T>;
}

/** Absent, and null, are the default. */
function withDefault<T>(field: z.ZodType<T>, value: T, meta: Meta): z.ZodType<T> {
  return z.preprocess((given) => given ?? value, field).meta({ ...meta, default: value }) as unknown as z.ZodType<T>;
}

/** Absent, null and, for text, `''` are null. */
function orNull<T>(field: z.ZodType<T>, meta: Meta): z.ZodType<T | null> {
  return z
    .preprocess((given) => (given === undefined || given === '' ? null : given), field.nullable())
    .meta({ ...meta, default: null }) as unknown as z.ZodType<T | null>;
}

/** Text that must be there. */
export function requiredText(meta: Meta & { readonly max?: number }): z.ZodType<string> {
  const { max = 4_000, ...rest } = meta;
  return z.string().trim().min(1).max(max).meta(rest);
}

export function text(meta: Meta & { readonly default: string }): z.ZodType<string> {
  return withDefault(z.string().max(4_000), meta.default, meta);
}

export function optionalText(meta: Meta): z.ZodType<string | null> {
  return orNull(z.string().max(4_000), meta);
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

const wholeNumber = ({ min, max }: Bounds): z.ZodType<number> =>
  orPlaceholder(
    z.preprocess(
      (given) => (typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given),
      z.int().min(min).max(max),
    ) as unknown as z.ZodType<number>,
  );

export function integer(meta: Meta & Bounds & { readonly default: number }): z.ZodType<number> {
  const { min, max, ...rest } = meta;
  return withDefault(wholeNumber({ min, max }), meta.default, rest);
}

export function optionalInteger(meta: Meta & Bounds): z.ZodType<number | null> {
  const { min, max, ...rest } = meta;
  return orNull(wholeNumber({ min, max }), rest);
}

/** A TCP or UDP port, 1 to 65535. */
export function port(meta: Meta & { readonly default: number }): z.ZodType<number> {
  return integer({ ...meta, min: 1, max: 65_535 });
}

export function flag(meta: Meta & { readonly default: boolean }): z.ZodType<boolean> {
  const field = z.preprocess(
    (given) => (given === 'true' ? true : given === 'false' ? false : given),
    z.boolean(),
  ) as unknown as z.ZodType<boolean>;
  return withDefault(orPlaceholder(field), meta.default, meta);
}

/** One of a closed list; must be there. */
export function requiredChoice<const V extends readonly [string, ...string[]]>(
  values: V,
  meta: Meta,
): z.ZodType<V[number]> {
  return orPlaceholder(z.enum(values) as unknown as z.ZodType<V[number]>).meta(meta);
}

export function choice<const V extends readonly [string, ...string[]]>(
  values: V,
  meta: Meta & { readonly default: V[number] },
): z.ZodType<V[number]> {
  return withDefault(orPlaceholder(z.enum(values) as unknown as z.ZodType<V[number]>), meta.default, meta);
}

export function optionalChoice<const V extends readonly [string, ...string[]]>(
  values: V,
  meta: Meta,
): z.ZodType<V[number] | null> {
  return orNull(orPlaceholder(z.enum(values) as unknown as z.ZodType<V[number]>), meta);
}

/** A secret text; null when there is none. Sealed, and never given back where secrets are masked. */
export function secretText(meta: Meta): z.ZodType<Secret | null> {
  return z
    .preprocess((given) => (given === undefined || given === '' ? null : given), z.string().max(1_000_000).nullable())
    .transform((given) => (given === null ? null : new Secret(given)))
    .meta({ ...meta, secret: true }) as unknown as z.ZodType<Secret | null>;
}

/** A list of values of one shape; absent and null are the empty list. */
export function list<T>(
  item: z.ZodType<T>,
  meta: Meta & { readonly min?: number; readonly secret?: boolean },
): z.ZodType<readonly T[]> {
  const { min = 0, ...rest } = meta;
  return z
    .preprocess((given) => given ?? [], z.array(item).min(min).max(1_000))
    .meta({ ...rest, ...(min === 0 && { default: [] }) }) as unknown as z.ZodType<readonly T[]>;
}

/** Texts by name; null when there are none. */
export function optionalTextMap(meta: Meta): z.ZodType<Readonly<Record<string, string>> | null> {
  return orNull(z.record(z.string().min(1).max(400), z.string().max(4_000)) as z.ZodType<Record<string, string>>, meta);
}
