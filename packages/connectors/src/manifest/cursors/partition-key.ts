import type { Json } from '../../kit/json.ts';

/** A text that is the same for partitions that are the same, whatever the order of their keys. */
export function partitionKey(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item) => partitionKey(item as Json)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${partitionKey(member)}`).join(',')}}`;
}
