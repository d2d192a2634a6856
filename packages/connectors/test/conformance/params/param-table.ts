import type { Verdict } from '../verdict.ts';

/** One row of a parametrised test: its inputs and the expected value, by the names of the test's parameters. */
export type ParamRow = Readonly<Record<string, unknown>>;

/** Says what our code makes of a row. What it throws is a failure. */
export type ParamJudge = (row: ParamRow) => Verdict | Promise<Verdict>;

/** Judges by file (without `.json`) and name of the test. */
export type ParamJudges = Readonly<Record<string, Readonly<Record<string, ParamJudge>>>>;

/** A component written as the Python object that the test builds: `{"__stub__": Class, args, kwargs}`. */
export interface Stub {
  readonly __stub__: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export const isStub = (value: unknown): value is Stub =>
  typeof value === 'object' && value !== null && '__stub__' in value;

/** The name of an enum's member, for example `ResponseAction.RETRY`; other values give `undefined`. */
export const enumMember = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && '__enum__' in value
    ? String((value as { readonly __enum__: unknown }).__enum__)
    : undefined;
