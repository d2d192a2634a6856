import type { Run } from './run.ts';

/** The text that a template gives, as it grows. */
export class Output {
  readonly #run: Run;
  #text = '';

  constructor(run: Run) {
    this.#run = run;
  }

  add(text: string): void {
    // What is there already is not copied, but counts for the whole length.
    this.#run.makeText(text.length);
    this.#text += text;
    this.#run.checkText(this.#text.length);
  }

  text(): string {
    return this.#text;
  }
}
