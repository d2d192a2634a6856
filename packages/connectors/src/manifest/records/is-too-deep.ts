/** What comes after us (JSON, keys, templates) goes down level by level, and its stack is not endless. */
const DEEPEST = 500;

/** Whether a value is nested in more levels than records may be. */
export function isTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  for (const name in value) {
    const member: unknown = (value as Record<string, unknown>)[name];
    if (typeof member === 'object' && member !== null && isTooDeep(member, left - 1)) return true;
  }
  return false;
}
