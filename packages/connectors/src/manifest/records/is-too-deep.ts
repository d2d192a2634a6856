/** What comes after us (JSON, keys, templates) goes down level by level, and its stack is not endless. */
const DEEPEST = 500;

/** Whether a value is nested in more levels than records may be. Every record passes here: lists are walked by index, which is faster. */
export function isTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (let at = 0; at < members.length; at += 1) {
    const member = members[at];
    if (typeof member === 'object' && member !== null && isTooDeep(member, left - 1)) return true;
  }
  return false;
}
