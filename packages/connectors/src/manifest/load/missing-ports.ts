import type { Json, JsonObject } from '../../kit/json.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import type { Problems } from './problems.ts';
import { streamTitles } from './stream-titles.ts';

/** A class that the manifest wants and nobody has ported, with the streams that cannot be read for it. */
export interface MissingPort {
  readonly className: string;
  /** The component's type, as `CustomRequester`. */
  readonly component: string;
  /** By their names, in the manifest's order; also those that have such a stream as their parent. */
  readonly streams: readonly string[];
}

/** Parts of a manifest that no stream stands in, and that cannot do without what they ask for. */
const OUTSIDE_STREAMS = ['check', 'spec', 'api_budget', 'concurrency_level'];

/**
 * What is missing for the streams of a loaded manifest. Parents stand within their children, so that a child is counted with
 * its parent. What is missing elsewhere is added to `problems`.
 */
export function missingPorts(
  manifest: JsonObject,
  custom: CustomComponents,
  problems: Problems,
): readonly MissingPort[] {
  const search: Search = { custom, known: new Map() };
  for (const part of OUTSIDE_STREAMS) {
    for (const { className, component } of missingWithin(manifest[part], search).values()) {
      problems.add(part, `needs the Python class \`${className}\` (${component}), of which there is no port here`);
    }
  }
  const found = new Map<
    string,
    { readonly className: string; readonly component: string; readonly streams: Set<string> }
  >();
  for (const { title, definition } of streamTitles(manifest)) {
    for (const [key, wanted] of missingWithin(definition, search)) {
      const port = found.get(key) ?? { ...wanted, streams: new Set<string>() };
      port.streams.add(title);
      found.set(key, port);
    }
  }
  return [...found.values()].map(({ streams, ...port }) => ({ ...port, streams: [...streams] }));
}

type Wanted = Pick<MissingPort, 'className' | 'component'>;
type Found = ReadonlyMap<string, Wanted>;

interface Search {
  readonly custom: CustomComponents;
  readonly known: Map<object, Found>;
}

const NOTHING: Found = new Map();

function missingWithin(value: Json | undefined, search: Search): Found {
  if (typeof value !== 'object' || value === null || isSchema(value)) return NOTHING;
  const known = search.known.get(value);
  if (known) return known;
  const found = new Map(isJsonObject(value) ? own(value, search) : []);
  for (const [name, member] of Object.entries(value) as [string, Json | undefined][]) {
    if (name === '$parameters') continue;
    for (const [key, wanted] of missingWithin(member, search)) found.set(key, wanted);
  }
  const result = found.size === 0 ? NOTHING : found;
  search.known.set(value, result);
  return result;
}

/** JSON schemas hold no components. */
const isSchema = (value: object): boolean => 'type' in value && value.type === 'object';

function own({ type, class_name }: JsonObject, { custom }: Search): [string, Wanted][] {
  if (typeof type !== 'string' || !type.startsWith('Custom') || typeof class_name !== 'string') return [];
  return custom.has(class_name) ? [] : [[`${type} ${class_name}`, { className: class_name, component: type }]];
}
