/** What comes after us (JSON, keys, templates) goes down level by level, and its stack is not endless. */
const DEEPEST = 500;

/** Whether a value of JSON is nested in more levels than records may be. Every record passes here, so that nothing is made on the way. */
export function isTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) if (isDeepMember(value[at], left)) return true;
    return false;
  }
  for (const name in value) if (isDeepMember((value as Record<string, unknown>)[name], left)) return true;
  return false;
}

const isDeepMember = (member: unknown, left: number): boolean =>
  typeof member === 'object' && member !== null && isTooDeep(member, left - 1);
