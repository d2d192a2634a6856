import type { Json, JsonObject } from '../../kit/json.ts';

/** The parameters that hold at some place of a manifest. Equal ones are one and the same within their `ParameterScopes`. */
export interface ParameterScope {
  readonly id: number;
  readonly values: JsonObject;
}

const LONGEST_IN_KEY = 50;

/** Tells equal sets of parameters from others without looking into their values, and remembers how they came about. */
export class ParameterScopes {
  readonly #parentsWin: boolean;
  readonly #scopes = new Map<string, ParameterScope>();
  readonly #numbers = new Map<object | string, number>();
  readonly #merged = new Map<ParameterScope, Map<JsonObject, ParameterScope>>();
  readonly #without = new Map<ParameterScope, Map<string, ParameterScope>>();

  /** `parentsWin`: of two parameters with one name, the one from above holds. */
  constructor(parentsWin: boolean) {
    this.#parentsWin = parentsWin;
  }

  of(values: JsonObject): ParameterScope {
    const key = JSON.stringify(Object.entries(values).map(([name, value]) => [name, this.#idOf(value)]));
    const known = this.#scopes.get(key);
    if (known) return known;
    const scope = { id: this.#scopes.size, values };
    this.#scopes.set(key, scope);
    return scope;
  }

  /** What holds below a component with `own` parameters. */
  merge(above: ParameterScope, own: JsonObject): ParameterScope {
    const make = (): ParameterScope =>
      this.of(this.#parentsWin ? { ...own, ...above.values } : { ...above.values, ...own });
    return remembered(this.#merged, above, own, make);
  }

  without(scope: ParameterScope, field: string): ParameterScope {
    if (!Object.hasOwn(scope.values, field)) return scope;
    return remembered(this.#without, scope, field, () => {
      const { [field]: _, ...rest } = scope.values;
      return this.of(rest);
    });
  }

  /** Objects count as equal when they are the same. Long texts are numbered too, as each key would hold a copy of them. */
  #idOf(value: Json | undefined): unknown {
    const isLong = typeof value === 'string' && value.length > LONGEST_IN_KEY;
    if (!isLong && (typeof value !== 'object' || value === null)) return [value];
    const number = this.#numbers.get(value) ?? this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
}

function remembered<Key>(
  memory: Map<ParameterScope, Map<Key, ParameterScope>>,
  scope: ParameterScope,
  key: Key,
  make: () => ParameterScope,
): ParameterScope {
  const made = memory.get(scope) ?? new Map<Key, ParameterScope>();
  memory.set(scope, made);
  const result = made.get(key) ?? make();
  made.set(key, result);
  return result;
}
