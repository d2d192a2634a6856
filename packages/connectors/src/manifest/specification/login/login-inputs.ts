import type { Json, JsonObject } from '../../../kit/json.ts';
import { asObject, objectsOf } from '../../configuration/as-object.ts';
import { holdsSecret } from '../secret-schema.ts';
import { LoginTemplateError } from './login-template.ts';

/** A value of the configuration that a login needs before the person is sent to the provider. */
export interface LoginInput {
  /** Its name in the login's templates. */
  readonly name: string;
  /** Under which name the user gives it. */
  readonly setting: string;
  readonly path: readonly string[];
  readonly schema: JsonObject;
  /** It lies within a setting that is typed in as a secret, so that with a grant it is asked for by itself. */
  readonly apart: boolean;
}

/** Fields that a specification describes: JSON Schema with `properties`, or the properties themselves. */
export function describedFields(given: Json | undefined): readonly (readonly [string, JsonObject])[] {
  const schema = asObject(given) ?? {};
  const fields = asObject(schema['properties']) ?? schema;
  return Object.entries(fields).flatMap(([name, one]) => {
    const field = asObject(one);
    return field ? [[name, field] as const] : [];
  });
}

/** `path_in_connector_config` of a described field. */
export function configPath(field: JsonObject): readonly string[] | undefined {
  const { path_in_connector_config: path } = field;
  return Array.isArray(path) && path.length > 0 ? path.map(String) : undefined;
}

/** The schema at a path, through alternatives. */
function schemaAt(schema: JsonObject, path: readonly string[]): JsonObject | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  const branches = [schema, ...['oneOf', 'anyOf', 'allOf'].flatMap((word) => objectsOf(schema[word]))];
  for (const branch of branches) {
    const inner = asObject(asObject(branch['properties'])?.[first]);
    const found = inner && schemaAt(inner, rest);
    if (found) return found;
  }
  return undefined;
}

const samePath = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((part, at) => part === b[at]);

/** The inputs, and one for each other setting at `paths`, which addresses of the manifest name. */
export function withSettings(
  inputs: readonly LoginInput[],
  paths: readonly (readonly string[])[],
  specification: JsonObject,
): readonly LoginInput[] {
  const further = paths.filter((path) => !inputs.some((input) => samePath(input.path, path)));
  const described = further.map((path) => [path.join('_'), { path_in_connector_config: [...path] }] as const);
  return [...inputs, ...loginInputs(Object.fromEntries(described), specification)];
}

/**
 * The inputs of `oauth_user_input_from_connector_config_specification`, with where they are given.
 * @param specification `connection_specification`
 * Throws `LoginTemplateError` for one that is secret: addresses are no place for it.
 */
export function loginInputs(given: Json | undefined, specification: JsonObject): readonly LoginInput[] {
  const settings = asObject(specification['properties']) ?? {};
  return describedFields(given).map(([name, field]) => {
    const path = configPath(field) ?? [name];
    const schema = schemaAt(specification, path) ?? field;
    if (holdsSecret(schema)) throw new LoginTemplateError(`its input \`${name}\` is a secret setting`);
    const apart = path.length > 1 && holdsSecret(asObject(settings[path[0] ?? '']));
    const setting = apart && name in settings ? `oauth_${name}` : name;
    return { name, setting: apart || path.length > 1 ? setting : (path[0] ?? name), path, schema, apart };
  });
}
