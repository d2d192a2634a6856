import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/**
 * What the shapes of a `UnionPartitionRouter` do not say: its children give partitions with its own field, and have no request
 * options, since a partition of the union does not tell which child it is from. Fields that are templates are left to the
 * reading. Each problem is below `path`, `[path below, text]`.
 *
 * Python CDK: `ModelToComponentFactory.create_union_partition_router`.
 */
export function unionRouterProblems(router: JsonObject): readonly (readonly [string, string])[] {
  const children = listOf(router['partition_routers']).filter(isJsonObject);
  return children.flatMap((child, at) =>
    partsOf(child, `partition_routers[${at}]`).flatMap(([path, field, part]) => [
      ...(isOther(part[field], router['partition_field'])
        ? [[`${path}.${field}`, 'must be the `partition_field` of the union'] as const]
        : []),
      ...(part['request_option'] === undefined
        ? []
        : [[`${path}.request_option`, 'has no effect within a union; use `stream_partition` in the request'] as const]),
    ]),
  );
}

/** Where a router names fields of its partitions: the path, the name of the entry, and what it is in. */
function partsOf(router: JsonObject, path: string): readonly (readonly [string, string, JsonObject])[] {
  if (router['type'] === 'ListPartitionRouter') return [[path, 'cursor_field', router]];
  if (router['type'] === 'UnionPartitionRouter') return [[path, 'partition_field', router]];
  if (router['type'] !== 'SubstreamPartitionRouter') return [];
  return listOf(router['parent_stream_configs'])
    .filter(isJsonObject)
    .map((parent, at) => [`${path}.parent_stream_configs[${at}]`, 'partition_field', parent] as const);
}

const isOther = (one: Json | undefined, other: Json | undefined): boolean =>
  typeof one === 'string' && typeof other === 'string' && ![one, other].some(isTemplate) && one !== other;

const isTemplate = (text: string): boolean => /\{[{%]/.test(text);

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
