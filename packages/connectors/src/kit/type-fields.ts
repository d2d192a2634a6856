import { z } from 'zod';
import type { FieldMeta } from './fields.ts';
import { hasPlaceholder } from './placeholders.ts';
import { Secret } from './secret.ts';

/*
 * The fields of connection types. Each also takes a text with a `${placeholder}` in place of its value, kept as written; typed as
 * if it were filled in, since a type sees its settings only then. Numbers and switches may come as text, as variables do.
 * Absent and null give the default, as the connection contract has it for a full replacement.
 */

type Meta = Omit<FieldMeta, 'secret'>;
type Words = (issue: { readonly input?: unknown }) => string;

const placeholder = z
  .string()
  .refine(hasPlaceholder, { abort: true })
  .meta({ description: 'A placeholder such as ${name}.' });

/** What a person reads: that the field is required when nothing was given, else what to give. */
function say({ title }: Meta, give: string): Words {
  return ({ input }) =>
    input === undefined || input === null || input === '' ? `${title} is required.` : `${title}: ${give}`;
}

function orPlaceholder<T>(field: z.ZodType<T>, error: Words): z.ZodType<T> {
  return z.union([field, placeholder], { error }) as unknown as z.ZodType<T>;
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

const MOST_TEXT = 4_000;

function plainText(meta: Meta, max: number): z.ZodString {
  const tooLong = `${meta.title}: give at most ${max} characters.`;
  return z.string({ error: say(meta, 'give text.') }).max(max, tooLong);
}

/** Text that must be there; white space around it is dropped. */
export function requiredText(meta: Meta & { readonly max?: number }): z.ZodType<string> {
  const { max = MOST_TEXT, ...rest } = meta;
  return plainText(rest, max)
    .trim()
    .min(1, `${rest.title} is required.`)
    .meta({ ...rest });
}

export function text(meta: Meta & { readonly default: string }): z.ZodType<string> {
  return withDefault(plainText(meta, MOST_TEXT), meta.default, meta);
}

export function optionalText(meta: Meta): z.ZodType<string | null> {
  return orNull(plainText(meta, MOST_TEXT), meta);
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

function wholeNumber(meta: Meta, { min, max }: Bounds): z.ZodType<number> {
  const error = say(meta, `give a whole number from ${min} to ${max}.`);
  const number = z.int({ error }).min(min, { error, abort: true }).max(max, { error, abort: true });
  const asNumber = (given: unknown): unknown =>
    typeof given === 'string' && /^-?\d{1,16}$/.test(given.trim()) ? Number(given) : given;
  return orPlaceholder(z.preprocess(asNumber, number) as unknown as z.ZodType<number>, error);
}

export function integer(meta: Meta & Bounds & { readonly default: number }): z.ZodType<number> {
  const { min, max, ...rest } = meta;
  return withDefault(wholeNumber(rest, { min, max }), meta.default, rest);
}

export function optionalInteger(meta: Meta & Bounds): z.ZodType<number | null> {
  const { min, max, ...rest } = meta;
  return orNull(wholeNumber(rest, { min, max }), rest);
}

/** A TCP or UDP port, 1 to 65535. */
export function port(meta: Meta & { readonly default: number }): z.ZodType<number> {
  return integer({ ...meta, min: 1, max: 65_535 });
}

export function flag(meta: Meta & { readonly default: boolean }): z.ZodType<boolean> {
  const error = say(meta, 'give true or false.');
  const asFlag = (given: unknown): unknown => {
    const word = typeof given === 'string' ? given.trim().toLowerCase() : '';
    return word === 'true' || word === 'false' ? word === 'true' : given;
  };
  const field = z.preprocess(asFlag, z.boolean({ error })) as unknown as z.ZodType<boolean>;
  return withDefault(orPlaceholder(field, error), meta.default, meta);
}

type Choices = readonly [string, ...string[]];

function oneOf<const V extends Choices>(values: V, meta: Meta): z.ZodType<V[number]> {
  const error = say(meta, `give one of ${values.join(', ')}.`);
  return orPlaceholder(z.enum(values, { error }) as unknown as z.ZodType<V[number]>, error);
}

/** One of a closed list; must be there. */
export function requiredChoice<const V extends Choices>(values: V, meta: Meta): z.ZodType<V[number]> {
  return oneOf(values, meta).meta(meta);
}

export function choice<const V extends Choices>(
  values: V,
  meta: Meta & { readonly default: V[number] },
): z.ZodType<V[number]> {
  return withDefault(oneOf(values, meta), meta.default, meta);
}

export function optionalChoice<const V extends Choices>(values: V, meta: Meta): z.ZodType<V[number] | null> {
  return orNull(oneOf(values, meta), meta);
}

/** A secret text; null when there is none. Sealed, and never given back where secrets are masked. */
export function secretText(meta: Meta & { readonly min?: number }): z.ZodType<Secret | null> {
  const { min = 0, ...rest } = meta;
  const value = plainText(rest, 1_000_000).refine(
    (given) => given.length >= min || hasPlaceholder(given),
    `${rest.title}: give at least ${min} characters.`,
  );
  return z
    .preprocess((given) => (given === undefined || given === '' ? null : given), value.nullable())
    .transform((given) => (given === null ? null : new Secret(given)))
    .meta({ ...rest, secret: true }) as unknown as z.ZodType<Secret | null>;
}

/** A secret text that must be there. */
export function requiredSecret(meta: Meta): z.ZodType<Secret> {
  return requiredText({ ...meta, max: 1_000_000 })
    .transform((given) => new Secret(given))
    .meta({ ...meta, secret: true });
}

interface ListMeta extends Meta {
  readonly min?: number;
  readonly secret?: boolean;
}

/**
 * A list of values of one shape; absent and null are the empty list. A list whose items hold secrets is `secret` as a whole, and
 * its items' secret values are `Secret`s.
 */
export function list<T>(item: z.ZodType<T>, meta: ListMeta): z.ZodType<readonly T[]> {
  const { min = 0, ...rest } = meta;
  const error = `${rest.title}: give a list.`;
  const few = min === 1 ? `${rest.title}: give at least one.` : `${rest.title}: give at least ${min}.`;
  const items = z.array(item, { error }).min(min, few).max(1_000, `${rest.title}: give at most 1000.`);
  return z
    .preprocess((given) => given ?? [], items)
    .meta({ ...rest, ...(min === 0 && { default: [] }) }) as unknown as z.ZodType<readonly T[]>;
}

/** Texts by name; null when there are none. */
export function optionalTextMap(meta: Meta): z.ZodType<Readonly<Record<string, string>> | null> {
  const values = z.record(z.string().min(1).max(400), plainText(meta, MOST_TEXT), {
    error: `${meta.title}: give an object of names and texts.`,
  });
  return orNull(values as z.ZodType<Record<string, string>>, meta);
}

/** Values of one shape by names that the caller chooses; absent and null are none. */
export function map<T>(
  item: z.ZodType<T>,
  meta: Meta & { readonly secret?: boolean },
): z.ZodType<Readonly<Record<string, T>>> {
  const values = z.record(z.string().min(1).max(1_000), item, {
    error: `${meta.title}: give an object of names and values.`,
  });
  return z.preprocess((given) => given ?? {}, values).meta({ ...meta, default: {} }) as unknown as z.ZodType<
    Readonly<Record<string, T>>
  >;
}
