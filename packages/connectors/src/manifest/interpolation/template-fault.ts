/**
 * What stopped a template, as far as it matters afterwards:
 * - `undefined`: something of an undefined value was used; the caller's default takes its place.
 * - `type`: an operation does not fit its operands (Python's TypeError); the text of the template itself becomes the result.
 * - `value`: anything else; the template fails.
 */
export type FaultKind = 'undefined' | 'type' | 'value';

/** Stops the evaluation of a template; never leaves this folder. Its message holds no value of the context. */
export class TemplateFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
