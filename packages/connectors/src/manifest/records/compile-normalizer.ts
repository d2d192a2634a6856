import type { Json, JsonObject } from '../../kit/json.ts';
import type { MutableRecord } from '../model/records.ts';
import { castTo } from './cast-to.ts';
import { isMapping } from './is-mapping.ts';

/** Gives the value as its schema wants it; objects and lists are changed in place. */
type Normalize = (value: Json) => Json;

/**
 * Compiles a JSON schema to a function that casts a record's values to the schema's types, through `properties`, `items` and
 * `$ref`; the rules are those of the CDK's `TypeTransformer` with default normalisation. What cannot be cast stays.
 */
export function compileNormalizer(schema: JsonObject): (record: MutableRecord) => void {
  const compiled = new Map<JsonObject, Normalize>();
  const inside = (part: JsonObject): Normalize | undefined => {
    const properties = isMapping(part['properties']) ? propertiesOf(part['properties'] as JsonObject) : undefined;
    const items = isMapping(part['items']) ? normalizerOf(part['items'] as JsonObject) : undefined;
    if (!properties && !items) return undefined;
    return (value) => {
      if (Array.isArray(value) && items)
        (value as Json[]).forEach((item, index) => ((value as Json[])[index] = items(item)));
      else if (properties && isMapping(value)) properties(value);
      return value;
    };
  };
  const propertiesOf = (properties: JsonObject): ((record: MutableRecord) => void) => {
    const fields = Object.entries(properties)
      .filter(([, part]) => isMapping(part))
      .map(([name, part]) => [name, normalizerOf(part as JsonObject)] as const);
    return (record) => {
      for (const [name, normalize] of fields) {
        const value = record[name];
        if (value !== undefined) record[name] = normalize(value);
      }
    };
  };
  const normalizerOf = (given: JsonObject): Normalize => {
    const part = resolved(given, schema);
    const known = compiled.get(part);
    if (known) return known;
    // Schemas may hold themselves: the entry is there before what is inside is compiled.
    let descend: Normalize | undefined;
    const cast = castTo(part);
    const normalize: Normalize = (value) => {
      const changed = cast(value);
      return descend ? descend(changed) : changed;
    };
    compiled.set(part, normalize);
    descend = inside(part);
    return normalize;
  };
  const whole = inside(resolved(schema, schema));
  return (record) => void whole?.(record as Json);
}

/** What a `#/…` reference points at; the part itself when there is none, or when it leads nowhere. */
function resolved(part: JsonObject, root: JsonObject): JsonObject {
  const reference = part['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#')) return part;
  const names = reference.slice(1).split('/').filter(Boolean);
  const target = names.reduce<Json | undefined>(
    (value, name) => (isMapping(value) ? (value[name.replaceAll('~1', '/').replaceAll('~0', '~')] as Json) : undefined),
    root,
  );
  return isMapping(target) && target !== part ? (target as JsonObject) : part;
}
