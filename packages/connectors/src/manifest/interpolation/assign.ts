import { itemsOf } from './iterate.ts';
import { PyDict } from './py-dict.ts';
import type { Run } from './run.ts';
import type { Target } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';

/** Gives a value to what `{% set %}` or a loop names. */
export function assign(run: Run, target: Target, value: unknown): void {
  run.spend(1);
  if (target.type === 'name') return run.setLocal(target.name, value);
  if (target.type === 'attribute') {
    const object = run.current(run.local(target.object));
    if (!(object instanceof PyDict)) throw new TemplateFault('value', 'only members of a namespace can be set');
    run.makeMembers(1);
    object.set(target.name, value);
    return;
  }
  const items = itemsOf(run, value);
  if (items.length !== target.names.length)
    throw new TemplateFault('value', 'a value does not have as many parts as there are names');
  for (const [index, name] of target.names.entries()) run.setLocal(name, items[index]);
}
