import type { MutableRecord } from '../model/records.ts';

/** An object with fields, as against lists and plain values. */
export const isMapping = (value: unknown): value is MutableRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
