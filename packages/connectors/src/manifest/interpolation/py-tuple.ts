/** A tuple of Python. Lists are arrays. */
export class PyTuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}
