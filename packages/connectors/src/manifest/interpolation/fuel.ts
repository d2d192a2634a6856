import { LIMITS } from './limits.ts';
import { TemplateFault } from './template-fault.ts';

/** What one evaluation may still do, in steps (`LIMITS.steps`). Whatever goes over a value pays for the value's size. */
export class Fuel {
  #left = LIMITS.steps as number;

  /** Takes steps; throws `TemplateFault` when there are none left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (!(this.#left >= 0)) throw new TemplateFault('value', 'the template does too much work');
  }

  /** To be called before a text of so many characters is gone over; `perStep` is how many of them take a step. */
  scan(length: number, perStep: number = LIMITS.textPerStep): void {
    this.spend(1 + length / perStep);
  }

  /**
   * To be called before a part is looked for in a text. At worst it is compared at every place: the engine has no better way for
   * texts that repeat themselves.
   */
  search(text: string, part: string): void {
    this.scan(text.length * Math.max(1, Math.min(part.length, text.length)));
  }

  /** To be called before a text is a key of a mapping or set, or another argument that is read once. */
  lookUp(key: string): void {
    if (key.length > LIMITS.textPerStep) this.spend(key.length / LIMITS.textPerStep);
  }

  /** Steps that are left. */
  get left(): number {
    return this.#left;
  }
}
