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
}

/** Compares with the budget. */
export function judged(
  row: Omit<Result, 'budget' | 'met'> & { readonly atLeast?: number; readonly atMost?: number },
): Result {
  const { atLeast, atMost, ...rest } = row;
  const met = (atLeast === undefined || row.measured >= atLeast) && (atMost === undefined || row.measured <= atMost);
  return { ...rest, budget: atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`, met };
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
