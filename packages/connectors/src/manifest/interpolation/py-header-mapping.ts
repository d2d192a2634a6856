/** Headers of an answer: names in any case find them. */
export class PyHeaderMapping {
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(headers: Readonly<Record<string, unknown>>) {
    this.fields = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  }
}
