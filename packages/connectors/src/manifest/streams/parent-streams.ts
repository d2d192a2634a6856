import type { Json } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';

const marked = new WeakSet<Component>();
const names = new WeakMap<Component, ReadonlySet<string>>();

/** Says of a stream's definition that others are divided by its records. Returns it. */
export function markAsParent(definition: Component): Component {
  marked.add(definition);
  return definition;
}

/**
 * Whether answers of the stream are worth keeping, because another stream of the manifest has it as its parent: the parent may be
 * read for itself, and once for each child.
 */
export function isParentStream(definition: Component, build: Build): boolean {
  if (marked.has(definition)) return true;
  let parents = names.get(build.manifest);
  if (!parents) names.set(build.manifest, (parents = parentNames(build.manifest)));
  return parents.has(String(definition['name']));
}

function parentNames(manifest: Component): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: Json | undefined): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type, stream } = value as Component;
    if (type === 'ParentStreamConfig' && typeof stream === 'object' && stream !== null) {
      found.add(String((stream as Component)['name']));
    }
    for (const inner of Object.values(value)) visit(inner as Json | undefined);
  };
  visit(manifest['streams']);
  visit(manifest['dynamic_streams']);
  return found;
}
