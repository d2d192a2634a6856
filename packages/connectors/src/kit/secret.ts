import { inspect } from 'node:util';

/**
 * A value that cannot be printed: every way of turning it into text gives `[secret]`.
 * `reveal()` is the only way out, and the architecture test names the files that may call it.
 */
export class Secret<T extends string = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The plain value; call it only where it leaves for the system that it belongs to. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.toPrimitive](): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
