import { keyIdentity } from './key-identity.ts';
import { PyFloat } from './py-float.ts';
import { PyTuple } from './py-tuple.ts';
import { TemplateFault } from './template-fault.ts';

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}

/** A mapping that a template made: keys of any kind that Python can hash, in the order in which they came. */
export class PyDict {
  readonly #entries = new Map<unknown, Entry>();

  constructor(entries: Iterable<readonly [unknown, unknown]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: unknown): boolean {
    return this.#entries.has(identity(key));
  }

  get(key: unknown): unknown {
    return this.#entries.get(identity(key))?.value;
  }

  /** The first key stays, as in Python: `{1: 'a', True: 'b'}` is `{1: 'b'}`. */
  set(key: unknown, value: unknown): void {
    const id = identity(key);
    this.#entries.set(id, { key: this.#entries.get(id)?.key ?? key, value });
  }

  delete(key: unknown): boolean {
    return this.#entries.delete(identity(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  *entries(): Generator<readonly [unknown, unknown]> {
    for (const { key, value } of this.#entries.values()) yield [key, value];
  }
}

/** What keys are told apart by: 1, 1.0 and True are one key. */
function identity(key: unknown): unknown {
  if (key instanceof PyFloat) return key.value;
  if (typeof key === 'boolean') return key ? 1 : 0;
  if (key instanceof PyTuple) return `\u0000${tupleIdentity(key, { left: MOST_PARTS }).join('\u0000')}`;
  if (Array.isArray(key) || key instanceof PyDict) throw new TemplateFault('type', 'a list or mapping cannot be a key');
  return keyIdentity(key);
}

/** Parts of a tuple that is a key; one that holds itself many times over has more than anybody can write down. */
const MOST_PARTS = 1000;

function tupleIdentity(tuple: PyTuple, bound: { left: number }): readonly string[] {
  return tuple.items.flatMap((item) => {
    bound.left -= 1;
    if (bound.left < 0) throw new TemplateFault('value', 'a key has too many parts');
    if (item instanceof PyTuple) return ['(', ...tupleIdentity(item, bound), ')'];
    return [`${typeof item} ${String(identity(item))}`];
  });
}
