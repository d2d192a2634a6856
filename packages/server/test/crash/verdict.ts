/** What a trial has found, by record (`<source> <stream>/<key>`), and everything else that must never be. */
export class Verdict {
  readonly lost = new Set<string>();
  readonly twice = new Set<string>();
  readonly ghosts = new Set<string>();
  readonly stale = new Set<string>();
  /** Invariants that did not hold, in words. */
  readonly broken: string[] = [];

  get isGreen(): boolean {
    return this.broken.length === 0 && this.records === 0;
  }

  get records(): number {
    return this.lost.size + this.twice.size + this.ghosts.size + this.stale.size;
  }

  /** Notes words for every row that should not be there. */
  unwanted(rows: readonly unknown[], words: string): void {
    if (rows.length > 0) this.broken.push(`${rows.length} × ${words}, for example ${JSON.stringify(rows[0])}`);
  }

  lines(): string[] {
    const some = (name: string, records: ReadonlySet<string>): string[] =>
      records.size === 0 ? [] : [`${name} ${records.size}: ${[...records].slice(0, 5).join(', ')}`];
    return [
      ...some('lost', this.lost),
      ...some('twice', this.twice),
      ...some('ghosts', this.ghosts),
      ...some('stale', this.stale),
      ...this.broken.slice(0, 12),
    ];
  }
}
