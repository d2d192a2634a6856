import type { Json, JsonObject } from '../../kit/json.ts';

/** The parameters that hold at some place of a manifest. Equal ones have the same `id` within their `ParameterScopes`. */
export interface ParameterScope {
  readonly id: string;
  readonly values: JsonObject;
}

/** Tells equal sets of parameters from others without looking into their values. */
export class ParameterScopes {
  readonly #scopes = new Map<string, ParameterScope>();
  readonly #numbers = new Map<object, number>();

  of(values: JsonObject): ParameterScope {
    const id = JSON.stringify(Object.entries(values).map(([key, value]) => [key, this.#idOf(value)]));
    const known = this.#scopes.get(id);
    if (known) return known;
    const scope = { id: String(this.#scopes.size), values };
    this.#scopes.set(id, scope);
    return scope;
  }

  without(scope: ParameterScope, field: string): ParameterScope {
    if (!Object.hasOwn(scope.values, field)) return scope;
    const { [field]: _, ...rest } = scope.values;
    return this.of(rest);
  }

  /** Objects count as equal when they are the same. */
  #idOf(value: Json | undefined): unknown {
    if (typeof value !== 'object' || value === null) return [value];
    const number = this.#numbers.get(value) ?? this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
}
