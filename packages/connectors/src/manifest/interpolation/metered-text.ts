import type { Fuel } from './fuel.ts';

/** Looks at a text that are paid for together. */
const LOOKS = 64;

/**
 * A text as the engine of regular expressions takes it, which pays for every look at a character: what a search costs depends on
 * pattern and text together, and can be the square of the text's length when matches are searched for one after the other.
 */
export class MeteredText {
  readonly #text: string;
  readonly #fuel: Fuel;
  readonly #stepsPerLooks: number;
  readonly length: number;
  #looks = 0;

  /** `stepsPerLook`: what the engine does for a character that it looks at. */
  constructor(text: string, fuel: Fuel, stepsPerLook: number) {
    this.#text = text;
    this.#fuel = fuel;
    this.#stepsPerLooks = stepsPerLook * LOOKS;
    this.length = text.length;
  }

  // The engine takes texts by what they call themselves.
  get [Symbol.toStringTag](): string {
    return 'String';
  }

  charCodeAt(index: number): number {
    this.#looks += 1;
    if (this.#looks >= LOOKS) {
      this.#looks = 0;
      this.#fuel.spend(this.#stepsPerLooks);
    }
    return this.#text.charCodeAt(index);
  }

  indexOf(part: string, from: number): number {
    const at = this.#text.indexOf(part, from);
    this.#fuel.scan((at < 0 ? this.length : at) - from);
    return at;
  }

  substring(start: number, end: number): string {
    return this.#text.substring(start, end);
  }
}
