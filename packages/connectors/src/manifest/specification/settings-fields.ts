import type { z } from 'zod';
import type { JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { plainField } from './plain-field.ts';
import { secretField } from './secret-field.ts';
import { holdsSecret } from './secret-schema.ts';

/** The settings of a specification, as the kit has them: apart by whether they are secret. */
export interface SettingsFields {
  /** The plain ones; what the specification does not name is let through, as by the CDK. */
  readonly config: Readonly<Record<string, z.ZodType>>;
  /** Those that are secret or hold something secret. */
  readonly credentials: Readonly<Record<string, z.ZodType>>;
}

interface Setting {
  readonly name: string;
  readonly schema: JsonObject;
  readonly required: boolean;
}

/** The fields that `connection_specification` (JSON Schema of a mapping) describes, in its order. */
export function settingsFields(specification: JsonObject): SettingsFields {
  const settings = [...settingsOf(specification)].toSorted((a, b) => orderOf(a.schema) - orderOf(b.schema));
  const [credentials, config] = [true, false].map((secret) =>
    settings.filter(({ schema }) => holdsSecret(schema) === secret),
  );
  const fields = (chosen: readonly Setting[] | undefined, make: typeof plainField): Record<string, z.ZodType> =>
    Object.fromEntries((chosen ?? []).map(({ name, schema, required }) => [name, make(name, schema, required)]));
  return { config: fields(config, plainField), credentials: fields(credentials, secretField) };
}

/** Settings at the top, and those of alternatives there, which nobody must give. */
function settingsOf(specification: JsonObject): readonly Setting[] {
  const needed: readonly unknown[] = Array.isArray(specification['required']) ? specification['required'] : [];
  const own = Object.entries(asObject(specification['properties']) ?? {}).map(([name, schema]) => ({
    name,
    schema: asObject(schema) ?? {},
    required: needed.includes(name),
  }));
  const known = new Set(own.map(({ name }) => name));
  const nested = ['oneOf', 'anyOf', 'allOf']
    .flatMap((word) => objectsOf(specification[word]))
    .flatMap(settingsOf)
    .filter(({ name }) => !known.has(name) && known.add(name))
    .map((setting) => ({ ...setting, required: false }));
  return [...own, ...nested];
}

const orderOf = ({ order }: JsonObject): number => (typeof order === 'number' ? order : Number.MAX_SAFE_INTEGER);

/** Names of the settings that are secret or hold something secret. */
export function secretNames(specification: JsonObject): ReadonlySet<string> {
  return new Set(settingsOf(specification).flatMap(({ name, schema }) => (holdsSecret(schema) ? [name] : [])));
}
