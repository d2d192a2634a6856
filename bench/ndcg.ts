/** Grades by document of one query. */
export type Grades = ReadonlyMap<string, number>;

function dcg(grades: readonly number[]): number {
  return grades.reduce((sum, grade, rank) => sum + grade / Math.log2(rank + 2), 0);
}

/** Normalised discounted cumulative gain of the first ten results, linear gain. 0 when nothing is relevant. */
export function ndcg10(ranked: readonly string[], grades: Grades): number {
  const ideal = dcg([...grades.values()].toSorted((left, right) => right - left).slice(0, 10));
  if (ideal === 0) return 0;
  return dcg(ranked.slice(0, 10).map((id) => grades.get(id) ?? 0)) / ideal;
}
