import { failpoints } from '../../src/lib/failpoints.ts';
import type { LaneResult } from './lane.ts';

export interface ReportOptions {
  readonly seeds: readonly number[];
  readonly store: string;
  readonly mutation: string | undefined;
}

/** Tells people how the trials go, one line each, and sums them up. */
export class Report {
  readonly #options: ReportOptions;
  readonly #started = performance.now();
  readonly #results: LaneResult[] = [];
  readonly #notes: string[] = [];

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  get isGreen(): boolean {
    return this.#notes.length === 0 && this.#results.every((result) => result.verdict.isGreen);
  }

  /** Something that is wrong and belongs to no seed. */
  note(words: string): void {
    this.#notes.push(words);
    print(`FAILED  ${words}`);
  }

  add(result: LaneResult): void {
    this.#results.push(result);
    const { seed, verdict, hits, strikes, jobs, ms, folder } = result;
    const elapsed = ((performance.now() - this.#started) / 1_000).toFixed(0);
    const done = `${this.#results.length}/${this.#options.seeds.length}, ${elapsed} s`;
    const what = `${jobs} jobs, ${hits.length} failpoints, ${strikes} strikes, ${(ms / 1_000).toFixed(1)} s`;
    print(`seed ${seed}  ${verdict.isGreen ? 'ok' : 'FAILED'}  ${what}  [${done}]`);
    if (verdict.isGreen) return;
    for (const line of verdict.lines()) print(`    ${line}`);
    const fired = hits.map((hit) => `${hit.worker} ${hit.failpoint} ${hit.action}`);
    if (fired.length > 0) print(`    fired: ${fired.join(', ')}`);
    print(`    again: ${this.#command(seed)}    files: ${folder ?? ''}`);
  }

  /** The last line is the one that machines read. */
  close(): void {
    const sum = (count: (result: LaneResult) => number): number =>
      this.#results.reduce((total, result) => total + count(result), 0);
    const hits = this.#results.flatMap((result) => result.hits);
    const fired = new Set(hits.map((hit) => hit.failpoint));
    const never = failpoints.filter((name) => !fired.has(name));
    print(`${hits.length} failpoints fired at ${fired.size} of ${failpoints.length} places`);
    if (never.length > 0 && never.length < 20) print(`never at: ${never.join(', ')}`);
    const broken = this.#notes.length + sum(({ verdict }) => verdict.broken.length);
    if (broken > 0) print(`other invariants broken: ${broken}`);
    print(
      JSON.stringify({
        seeds: this.#results.length,
        lost: sum(({ verdict }) => verdict.lost.size),
        twice: sum(({ verdict }) => verdict.twice.size),
        ghosts: sum(({ verdict }) => verdict.ghosts.size),
        stale: sum(({ verdict }) => verdict.stale.size),
      }).replaceAll(/([:,])/g, '$1 '),
    );
  }

  #command(seed: number): string {
    const { store, mutation } = this.#options;
    return `npm run crash -- --seed ${seed} --store ${store}${mutation === undefined ? '' : ` --mutate ${mutation}`}`;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
