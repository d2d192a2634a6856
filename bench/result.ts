import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** One line of the results: what was measured, against which budget. */
export interface Result {
  readonly name: string;
  readonly what: string;
  /** For example `>= 0.5`. */
  readonly budget: string;
  readonly measured: number;
  /** `ratio`, `ms`, `s`, `MB`. */
  readonly unit: string;
  readonly met: boolean;
  /** The raw numbers that the measure was made of. */
  readonly numbers: Readonly<Record<string, number | string>>;
  /** What was measured at each size, to be drawn. */
  readonly series?: readonly Series[];
  readonly axes?: { readonly x: string; readonly y: string };
}

export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Compares with the budget. */
export function judged(
  row: Omit<Result, 'budget' | 'met'> & { readonly atLeast?: number; readonly atMost?: number },
): Result {
  const { atLeast, atMost, ...rest } = row;
  const met = (atLeast === undefined || row.measured >= atLeast) && (atMost === undefined || row.measured <= atMost);
  const budget = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : 'none';
  return { ...rest, budget, met };
}

/** In a word; a measure without a budget is only told. */
export function verdictOf({ budget, met }: Pick<Result, 'budget' | 'met'>): 'met' | 'missed' | 'measured' {
  if (budget === 'none') return 'measured';
  return met ? 'met' : 'missed';
}

/** Three significant digits are more than these machines can promise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** What the numbers were taken on. */
export function machine(): Readonly<Record<string, string | number>> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
}
