import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from './as-object.ts';
import { LinearPattern } from './linear-pattern.ts';

// The text of `code` is for validators that are written to a file, which these are not.
const linear = Object.assign((pattern: string) => new LinearPattern(pattern), { code: 'linear' });

/** Specifications carry words of their own, and patterns that are written for Python; formats are hints there, as in the CDK. */
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  validateFormats: false,
  validateSchema: false,
  unicodeRegExp: false,
  code: { regExp: linear },
  addUsedSchema: false,
  logger: false,
});

const compiled = new WeakMap<JsonObject, ValidateFunction | null>();

/** `null` when the schema itself is broken, which is nothing that whoever fills in the settings could mend. */
function validatorOf(schema: JsonObject): ValidateFunction | null {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  let made: ValidateFunction | null;
  try {
    // The dialect that `$schema` names may be unknown to ajv; draft 7 is meant.
    const { $schema: _, $id: _id, id: _old, ...plain } = schema;
    made = ajv.compile(plain);
  } catch {
    made = null;
  }
  compiled.set(schema, made);
  return made;
}

/**
 * What is wrong with `value` by `schema` (JSON Schema, draft 7), in words for people: each issue begins with the dotted path,
 * and holds no value of `value`. Of alternatives, those of the one that was chosen are told. Empty when it fits.
 */
export function schemaIssues(schema: JsonObject, value: unknown, path = ''): readonly string[] {
  const validate = validatorOf(schema);
  if (!validate || validate(value)) return [];
  const told = (validate.errors ?? []).filter(({ schemaPath }) => !/\/(oneOf|anyOf)\//.test(schemaPath));
  const issues = told.flatMap((error) => {
    const at = [...(path === '' ? [] : [path]), ...error.instancePath.split('/').slice(1)].join('.');
    const alternatives = error.keyword === 'oneOf' || error.keyword === 'anyOf';
    if (!alternatives) return [`${at === '' ? 'the settings' : at}: ${wordsOf(error)}`];
    const branches = objectsOf(parentOf(schema, error.schemaPath)?.[error.keyword]);
    return alternativeIssues(branches, valueAt(value, error.instancePath), at);
  });
  return [...new Set(issues)];
}

function wordsOf({ keyword, params, message }: ErrorObject): string {
  const { allowedValues, allowedValue, missingProperty } = params as Record<string, unknown>;
  if (keyword === 'enum' && Array.isArray(allowedValues))
    return `must be one of ${allowedValues.map(quoted).join(', ')}`;
  if (keyword === 'const') return `must be ${quoted(allowedValue)}`;
  if (keyword === 'required') return `${quoted(missingProperty)} is missing`;
  return message ?? 'does not fit';
}

const quoted = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));

function valueAt(value: unknown, pointer: string): unknown {
  return partsOf(pointer).reduce<unknown>(
    (inner, part) => (inner as Record<string, unknown> | undefined)?.[part],
    value,
  );
}

/** The schema that holds the keyword at which `schemaPath` ends. */
function parentOf(schema: JsonObject, schemaPath: string): JsonObject | undefined {
  return asObject(
    partsOf(schemaPath)
      .slice(0, -1)
      .reduce<unknown>((inner, part) => (inner as JsonObject | undefined)?.[part], schema),
  );
}

/** Constants by which the alternatives differ, by the names of their properties. */
function constants(branch: JsonObject): ReadonlyMap<string, unknown> {
  const found = Object.entries(asObject(branch['properties']) ?? {}).flatMap(([name, one]) => {
    const { const: only, enum: some } = asObject(one) ?? {};
    if (only !== undefined) return [[name, only] as const];
    return Array.isArray(some) && some.length === 1 ? [[name, some[0] as unknown] as const] : [];
  });
  return new Map(found);
}

function alternativeIssues(branches: readonly JsonObject[], value: unknown, path: string): readonly string[] {
  const given = asObject(value);
  const chosen = branches.find((branch) => {
    const only = constants(branch);
    return only.size > 0 && [...only].every(([name, constant]) => given?.[name] === constant);
  });
  const issues = chosen ? schemaIssues(chosen, value, path) : [];
  if (issues.length > 0) return issues;
  const names = branches.map((branch) => {
    const only = [...constants(branch)].map(([name, constant]) => `${name} ${quoted(constant)}`);
    return only.length > 0 ? only.join(' and ') : titleOf(branch);
  });
  return [`${path === '' ? 'the settings' : path}: fits none of its ${branches.length} forms (${names.join('; ')})`];
}

function titleOf({ title, properties }: JsonObject): string {
  return typeof title === 'string' ? title : Object.keys(asObject(properties) ?? {}).join(' and ');
}
