import type { AnyConnectionType } from '@tributary/connectors/kit/connection-type';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import { hasPlaceholder } from '@tributary/connectors/kit/placeholders';
import { z } from 'zod';
import { errors } from '../errors.ts';
import type { FieldIssue } from '../lib/field-issues.ts';
import { mask } from './settings.ts';

type Path = readonly (string | number)[];

/** Whether the field's value is sealed, as a whole. */
export function isSecretField(fields: z.ZodObject, name: string): boolean {
  const field = fields.shape[name];
  return field instanceof z.ZodType && field.meta()?.['secret'] === true;
}

/** The type's fields with every secret one replaced by null: what may be shown to anybody who may see the connection. */
export function withoutSecrets(type: AnyConnectionType, settings: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, isSecretField(type.fields, name) ? null : value]),
  );
}

/** Whether any secret of the settings has a value. */
export function holdsSecrets(type: AnyConnectionType, settings: JsonObject): boolean {
  return Object.entries(settings).some(
    ([name, value]) =>
      isSecretField(type.fields, name) && value !== null && !(Array.isArray(value) && value.length === 0),
  );
}

/** Every field of the type: as stored, or its default. Secrets that there are none of are null. */
export function withDefaults(type: AnyConnectionType, stored: JsonObject): JsonObject {
  const entries = Object.entries(type.fields.shape).map(([name, field]) => {
    const value = stored[name];
    if (value !== undefined) return [name, value];
    const parsed = isSecretField(type.fields, name) ? undefined : (field as z.ZodType).safeParse(undefined);
    return [name, parsed?.success ? (parsed.data as Json) : null];
  });
  return Object.fromEntries(entries) as JsonObject;
}

/**
 * The given fields with the stored secrets in the places that keep them: a secret that is absent, null, empty or a mask, and,
 * inside of secret lists and tables, every value that is a mask. Lists keep by `name` where their items have one.
 */
export function keepSecrets(type: AnyConnectionType, given: JsonObject, stored: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = { ...given };
  for (const name of Object.keys(type.fields.shape)) {
    if (!isSecretField(type.fields, name)) continue;
    const value = given[name];
    const keeps = value === undefined || value === null || value === '' || value === mask;
    kept[name] = keeps ? (stored[name] ?? null) : unmasked(value, stored[name]);
  }
  return kept;
}

function unmasked(given: Json, stored: Json | undefined): Json {
  if (given === mask) return stored ?? mask;
  if (Array.isArray(given)) {
    const before = Array.isArray(stored) ? stored : [];
    return given.map((item, place) =>
      unmasked(item, isObject(item) && 'name' in item ? before.find((one) => isSameItem(one, item)) : before[place]),
    );
  }
  if (!isObject(given)) return given;
  const before = isObject(stored) ? stored : {};
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      value === undefined ? undefined : unmasked(value, before[name]),
    ]),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSameItem(one: Json, other: Json): boolean {
  const nameOf = (item: Json) => (isObject(item) ? item['name'] : undefined);
  return nameOf(one) !== undefined && nameOf(one) === nameOf(other);
}

/**
 * Validates the settings of a connection of this type, secrets in their places as text. Gives the type's fields and no others,
 * defaults filled in, placeholders as written. Throws `connection_fields_missing` when a needed one is not there, else
 * `connection_fields_refused`.
 */
export function checkTypeSettings(type: AnyConnectionType, settings: JsonObject): JsonObject {
  const parsed = type.fields.safeParse(settings);
  const found = parsed.success
    ? (type.conditions?.(parsed.data) ?? []).map(({ path, message }) => ({ path, message, code: 'condition' }))
    : parsed.error.issues.flatMap((issue) => wordsOf(issue));
  const issues = [...found, ...leftMasks(type, settings)].map((issue) => inWords(type, settings, issue));
  if (issues.some(({ code }) => code === 'missing')) throw errors.connection_fields_missing({ issues });
  if (issues.length > 0 || !parsed.success) throw errors.connection_fields_refused({ issues });
  const entries = Object.entries(parsed.data).map(([name, value]) => [
    name,
    // What was parsed of a secret cannot be printed, and is not to be.
    isSecretField(type.fields, name) ? emptyIsNull(settings[name]) : (value as Json),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

const emptyIsNull = (value: Json | undefined): Json => (value === undefined || value === '' ? null : value);

/** A field that also takes a placeholder is a union: what its own kind says is what helps. */
function wordsOf(issue: z.core.$ZodIssue, prefix: Path = []): FieldIssue[] {
  const path = [...prefix, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const [own] = issue.code === 'invalid_union' ? issue.errors : [];
  if (own && own.length > 0) return own.flatMap((one) => wordsOf(one, path));
  return [{ path, message: issue.message, code: issue.code }];
}

/** Masks that stand for nothing: there is no stored value in their place. */
function leftMasks(type: AnyConnectionType, settings: JsonObject): FieldIssue[] {
  const found: FieldIssue[] = [];
  const look = (value: Json | undefined, path: Path): void => {
    if (value === mask)
      found.push({
        path,
        message: 'There is no stored value that the mask could stand for; give the value.',
        code: 'mask',
      });
    else if (Array.isArray(value)) value.forEach((item, place) => look(item, [...path, place]));
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) look(item, [...path, name]);
  };
  for (const name of Object.keys(type.fields.shape)) if (isSecretField(type.fields, name)) look(settings[name], [name]);
  return found;
}

function inWords(type: AnyConnectionType, settings: JsonObject, issue: FieldIssue): FieldIssue {
  if (!isMissing(settings, issue.path)) return issue;
  if (issue.code === 'condition') return { ...issue, code: 'missing' };
  const field = type.fields.shape[String(issue.path[0])];
  const title = issue.path.length === 1 && field instanceof z.ZodType ? field.meta()?.['title'] : undefined;
  return { ...issue, message: `${String(title ?? issue.path.at(-1))} is required`, code: 'missing' };
}

function isMissing(settings: JsonObject, path: Path): boolean {
  let value: unknown = settings;
  for (const step of path) value = (value as Readonly<Record<string | number, unknown>> | null | undefined)?.[step];
  if (typeof value === 'string') return value.trim() === '';
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** The names of certificates and key stores that the settings refer to, by field; placeholders are known only when used. */
export function keyMaterialNames(
  type: AnyConnectionType,
  settings: JsonObject,
): readonly { readonly field: string; readonly name: string }[] {
  return (type.keyMaterialFields ?? []).flatMap((field) => {
    const name = settings[field];
    return typeof name === 'string' && name !== '' && !hasPlaceholder(name) ? [{ field, name }] : [];
  });
}
