/**
 * A float without a fraction, for example `1.0`, which a JavaScript number cannot tell from the integer 1. Other floats are
 * plain numbers. Make floats with `pyFloat`.
 */
export class PyFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** The representation of a float. */
export const pyFloat = (value: number): PyFloat | number => (Number.isInteger(value) ? new PyFloat(value) : value);
