import type { Verdict } from './verdict.ts';

export interface Judged {
  /** What verdicts are counted by: a table's name, a folder. */
  readonly group: string;
  readonly name: string;
  readonly verdict: Verdict;
}

export interface Totals {
  readonly cases: number;
  readonly passed: number;
  readonly notApplicable: number;
}

/** Writes a table of verdicts by group, what failed, what does not apply and why, and the totals as the last line. */
export function report(judged: readonly Judged[], write: (line: string) => void): Totals {
  for (const [group, members] of Map.groupBy(judged, (one) => one.group)) {
    const { cases, passed, notApplicable } = totalsOf(members);
    write(`${group}: ${passed} of ${cases - notApplicable} passed, ${notApplicable} not applicable`);
  }
  for (const { group, name, verdict } of judged) {
    if (verdict.type === 'failed') write(`FAILED ${group} ${name}: ${verdict.detail}`);
    if (verdict.type === 'notApplicable') write(`not applicable: ${group} ${name}: ${verdict.reason}`);
  }
  const totals = totalsOf(judged);
  write(JSON.stringify(totals));
  return totals;
}

function totalsOf(judged: readonly Judged[]): Totals {
  const count = (type: Verdict['type']): number => judged.filter(({ verdict }) => verdict.type === type).length;
  return { cases: judged.length, passed: count('passed'), notApplicable: count('notApplicable') };
}
