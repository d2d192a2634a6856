import type { Node, Target } from './syntax.ts';

/** Every name that a template gives a value to, anywhere. */
export function namesSetIn(nodes: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>();
  collect(nodes, names);
  return names;
}

function collect(nodes: readonly Node[], names: Set<string>): void {
  for (const node of nodes) {
    switch (node.type) {
      case 'set':
        addTarget(node.target, names);
        break;
      case 'setBlock':
        addTarget(node.target, names);
        collect(node.body, names);
        break;
      case 'filterBlock':
        collect(node.body, names);
        break;
      case 'with':
        for (const [name] of node.values) names.add(name);
        collect(node.body, names);
        break;
      case 'if':
        for (const { body } of node.branches) collect(body, names);
        break;
      case 'for':
        names.add('loop');
        addTarget(node.loop.target, names);
        collect(node.loop.body, names);
        collect(node.loop.otherwise, names);
        break;
      case 'text':
      case 'output':
        break;
    }
  }
}

function addTarget(target: Target, names: Set<string>): void {
  if (target.type === 'name') names.add(target.name);
  if (target.type === 'names') for (const name of target.names) names.add(name);
}
