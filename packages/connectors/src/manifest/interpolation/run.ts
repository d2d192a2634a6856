import type { TemplateContext } from '../model/template.ts';
import { Fuel } from './fuel.ts';
import { LIMITS } from './limits.ts';
import { isMapping, mappingEntries } from './mapping.ts';
import { PyDict } from './py-dict.ts';
import { PyUndefined } from './py-undefined.ts';
import { TemplateFault } from './template-fault.ts';

/** Names that a block of a template has set; the ones around it show through. */
interface Scope {
  readonly names: Map<string, unknown>;
  readonly outer: Scope | undefined;
}

/** One evaluation of a template: its variables, and what it may still use. */
export class Run extends Fuel {
  readonly context: TemplateContext;
  #scope: Scope | undefined;
  /** Copies of lists and mappings that the template has changed; the caller's own are never touched. */
  #copies: Map<object, object> | undefined;
  #owned: WeakSet<object> | undefined;

  constructor(context: TemplateContext) {
    super();
    this.context = context;
  }

  /** To be called before a text of so many characters is made. */
  makeText(length: number): void {
    if (!(length <= LIMITS.text)) throw new TemplateFault('value', 'the template makes a text that is too long');
    this.spend(1 + length / LIMITS.textPerStep);
  }

  /** For texts that grow piece by piece. */
  checkText(length: number): void {
    if (!(length <= LIMITS.text)) throw new TemplateFault('value', 'the template makes a text that is too long');
  }

  /** To be called before a list or mapping of so many members is made. */
  makeMembers(count: number): void {
    if (!(count <= LIMITS.members)) throw new TemplateFault('value', 'the template makes a list that is too long');
    this.spend(1 + count);
  }

  local(name: string): unknown {
    for (let scope = this.#scope; scope; scope = scope.outer) {
      if (scope.names.has(name)) return scope.names.get(name);
    }
    return undefined;
  }

  setLocal(name: string, value: unknown): void {
    this.#scope ??= { names: new Map(), outer: undefined };
    this.#scope.names.set(name, value ?? null);
  }

  /** Names that `body` sets are gone after it. */
  inScope(body: () => void): void {
    const outer = this.#scope;
    this.#scope = { names: new Map(), outer };
    body();
    this.#scope = outer;
  }

  /** What stands for a value since the template has changed it: usually the value itself. */
  current(value: unknown): unknown {
    if (this.#copies === undefined || typeof value !== 'object' || value === null) return value;
    return this.#copies.get(value) ?? value;
  }

  changeableList(list: readonly unknown[]): unknown[] {
    return this.#own(list, () => [...list], list.length) as unknown[];
  }

  changeableMapping(mapping: object): PyDict {
    const entries = mapping instanceof PyDict || isMapping(mapping) ? mappingEntries(mapping, this) : [];
    return this.#own(mapping, () => new PyDict(entries), entries.length) as PyDict;
  }

  #own(value: object, copy: () => object, size: number): object {
    this.#owned ??= new WeakSet();
    this.#copies ??= new Map();
    if (this.#owned.has(value)) return value;
    const before = this.#copies.get(value);
    if (before) return before;
    this.makeMembers(size);
    const made = copy();
    this.#copies.set(value, made);
    this.#owned.add(made);
    return made;
  }
}

/** A value that is there, or the fault of an undefined one. */
export function defined<Value>(value: Value): Value {
  if (value instanceof PyUndefined) throw new TemplateFault('undefined', `"${value.name}" is undefined`);
  return value;
}
