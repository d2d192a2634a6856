/** A name, attribute or key that is not there. It is false, empty, and written as nothing; any other use of it is a fault. */
export class PyUndefined {
  /** Name as the template wrote it. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}
