import type { Run } from './run.ts';

export type KeywordArguments = ReadonlyMap<string, unknown>;
export type Native = (run: Run, args: readonly unknown[], keywords: KeywordArguments | undefined) => unknown;

/** Something that a template can call: a macro, or a method together with its value. */
export class PyFunction {
  readonly name: string;
  readonly call: Native;

  constructor(name: string, call: Native) {
    this.name = name;
    this.call = call;
  }
}
