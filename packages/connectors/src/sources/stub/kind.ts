export const kinds = ['small', 'medium', 'large', 'small_file', 'large_file', 'code_file'] as const;
export type Kind = (typeof kinds)[number];

export interface Weights {
  readonly small_entity_weight: number;
  readonly medium_entity_weight: number;
  readonly large_entity_weight: number;
  readonly small_file_weight: number;
  readonly large_file_weight: number;
  readonly code_file_weight: number;
}

const GOLDEN_RATIO = 0.618_033_988_749_894_9;

/**
 * Says which kind the record at an index is. Steps of the golden ratio fill the unit interval evenly, so every run of
 * records, however short, holds the kinds in about the asked proportions. Weights that are all zero count as equal.
 */
export function kindChooser(seed: number, weights: Weights): (index: number) => Kind {
  const asked = [
    weights.small_entity_weight,
    weights.medium_entity_weight,
    weights.large_entity_weight,
    weights.small_file_weight,
    weights.large_file_weight,
    weights.code_file_weight,
  ];
  const used = asked.every((weight) => weight === 0) ? asked.map(() => 1) : asked;
  const total = used.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const bounds = used.map((weight) => (sum += weight) / total);
  const last = kinds[used.findLastIndex((weight) => weight > 0)] ?? 'small';
  const start = (Math.abs(seed) * GOLDEN_RATIO) % 1;
  return (index) => {
    const roll = (start + (index + 1) * GOLDEN_RATIO) % 1;
    return kinds[bounds.findIndex((bound) => roll < bound)] ?? last;
  };
}
