import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject } from '../configuration/as-object.ts';
import { holdsSecret } from './secret-schema.ts';

type Path = readonly string[];

/**
 * A `connection_specification` in which what a grant replaces need not be given: settings at `replaced`, through alternatives,
 * and, with `secrets`, everything secret, since nobody types that in.
 */
export function grantedSpecification(
  schema: JsonObject,
  replaced: readonly Path[],
  options: { readonly secrets: boolean },
): JsonObject {
  const settings = asObject(schema['properties']) ?? {};
  const isNeeded = (name: string): boolean =>
    !replaced.some((path) => path.length === 1 && path[0] === name) &&
    !(options.secrets && holdsSecret(settings[name]));
  const inner = Object.entries(settings).map(([name, one]) => {
    const below = replaced.filter((path) => path[0] === name).map((path) => path.slice(1));
    const field = asObject(one);
    const changes = field && (below.length > 0 || (options.secrets && holdsSecret(field)));
    return [name, changes ? grantedSpecification(field, below, options) : one] as const;
  });
  const { required } = schema;
  return {
    ...schema,
    ...(schema['properties'] !== undefined && { properties: Object.fromEntries(inner) }),
    ...(Array.isArray(required) && { required: (required as readonly string[]).filter(isNeeded) }),
    ...alternatives(schema, replaced, options),
  };
}

function alternatives(
  schema: JsonObject,
  replaced: readonly Path[],
  options: { readonly secrets: boolean },
): JsonObject {
  const found = ['oneOf', 'anyOf', 'allOf'].flatMap((word) => {
    const branches = schema[word];
    if (!Array.isArray(branches)) return [];
    const changed = (branches as readonly Json[]).map((one) => {
      const branch = asObject(one);
      return branch ? grantedSpecification(branch, replaced, options) : one;
    });
    return [[word, changed] as const];
  });
  return Object.fromEntries(found);
}
