import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { isFalsy } from './is-falsy.ts';
import { defaultTypeAt } from './default-types.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { LIMITS } from './limits.ts';
import { ParameterScopes } from './parameter-scope.ts';
import type { ParameterScope } from './parameter-scope.ts';

export interface ApplyParametersOptions {
  /** Where the component stands, as `SimpleRetriever.requester`; decides what it is when it has no `type`. */
  readonly position?: string;
  /** Parameters of what the component stands in. */
  readonly parameters?: JsonObject;
  /** Parameters from above win over those of a component; for templates of streams. */
  readonly useParentParameters?: boolean;
}

/**
 * The component with its parameters handed down to every component within it, and with the types that were left out.
 *
 * Parameters of a component win over those from above (unless `useParentParameters`), stand in its `$parameters`, and fill each
 * of its fields that is absent or falsy as Python has it. A field is not given the parameter of its own name. JSON schemas are
 * left alone (unlike in the Python CDK also those whose `type` is another list than `[null, object]`), and of objects without
 * `type` only their direct components are looked at. What is shared stays shared where that makes no difference; the result
 * must not be changed. Throws `ConnectorError('configuration')` when the result grows beyond `LIMITS`.
 *
 * Python CDK: `parsers/manifest_component_transformer.py`.
 */
export function applyParameters(component: JsonObject, options: ApplyParametersOptions = {}): JsonObject {
  const scopes = new ParameterScopes(options.useParentParameters ?? false);
  const run: Run = { scopes, done: new Map(), made: 0 };
  return apply(component, options.position ?? '', scopes.of(options.parameters ?? {}), run);
}

interface Run {
  readonly scopes: ParameterScopes;
  /** Results by component, and by position and parameters. */
  readonly done: Map<JsonObject, Map<string, JsonObject>>;
  /** Components, and the fields that parameters gave them. */
  made: number;
}

function apply(component: JsonObject, position: string, above: ParameterScope, run: Run): JsonObject {
  const key = `${position}\n${above.id}`;
  const results = run.done.get(component) ?? new Map<string, JsonObject>();
  const known = results.get(key);
  if (known) return known;
  run.made += 1 + Object.keys(above.values).length;
  if (run.made > LIMITS.fields) throw new ConnectorError('configuration', TOO_MANY);
  const result = applyOnce(component, position, above, run);
  run.done.set(component, results.set(key, result));
  return result;
}

const TOO_MANY = `The manifest grows to more than ${LIMITS.fields.toLocaleString('en')} fields when its parameters are handed down; use fewer of them, or fewer references within each other.`;

function applyOnce(component: JsonObject, position: string, above: ParameterScope, run: Run): JsonObject {
  const { $parameters, ...fields } = component;
  const scope = isJsonObject($parameters) ? run.scopes.merge(above, $parameters) : above;
  const type = fields['type'] ?? defaultTypeAt(position, 'class_name' in fields);
  if (type === undefined) return applyWithin(fields, position, scope, run);
  if (typeof type !== 'string' || type === 'object') return $parameters === undefined ? component : fields;
  return applyToFields(type, fields, scope, run);
}

/** An object that is no component may hold some, as query parameters do. */
function applyWithin(fields: JsonObject, position: string, scope: ParameterScope, run: Run): JsonObject {
  if (!Object.values(fields).some(hasType)) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, hasType(value) ? apply(value, position, scope, run) : value]),
  );
}

const hasType = (value: Json | undefined): value is JsonObject => isJsonObject(value) && !isFalsy(value['type']);

function applyToFields(type: string, fields: JsonObject, scope: ParameterScope, run: Run): JsonObject {
  const result: Record<string, Json | undefined> = { ...fields, type };
  for (const [name, value] of Object.entries(scope.values)) if (isFalsy(result[name])) result[name] = value;
  let remaining = scope;
  for (const [name, value] of Object.entries(result)) {
    if (typeof value !== 'object' || value === null) continue;
    const inside = run.scopes.without(remaining, name);
    const position = `${type}.${name}`;
    if (Array.isArray(value)) {
      result[name] = (value as readonly Json[]).map((item) =>
        isJsonObject(item) ? apply(item, position, inside, run) : item,
      );
    } else if (isJsonObject(value)) {
      result[name] = BY_NAME.has(position)
        ? applyByName(value, position, inside, run)
        : apply(value, position, inside, run);
    }
    // As in the Python CDK, a falsy parameter is lost once a field of its name has been passed.
    if (isFalsy(remaining.values[name])) remaining = inside;
  }
  if (Object.keys(remaining.values).length > 0) result['$parameters'] = remaining.values;
  return result;
}

/** Fields that hold components by names of the author's choice. */
const BY_NAME: ReadonlySet<string> = new Set(['DeclarativeSource.stream_groups']);

const applyByName = (value: JsonObject, position: string, scope: ParameterScope, run: Run): JsonObject =>
  Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isJsonObject(item) ? apply(item, position, scope, run) : item]),
  );
