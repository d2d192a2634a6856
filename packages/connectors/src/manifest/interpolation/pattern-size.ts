const ATOM = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/gy;

/**
 * About how many parts a regular expression has once what is repeated is written out: `(?:ab{3}){10}` has about 50. An engine that
 * takes time in proportion to the text takes it in proportion to this, too.
 */
export function patternSize(pattern: string): number {
  // Sizes of the groups around, and of the last atom within each.
  const open: { size: number; last: number }[] = [];
  let group = { size: 0, last: 0 };
  for (const [atom, least, most] of pattern.matchAll(ATOM)) {
    if (atom === '(') {
      open.push(group);
      group = { size: 0, last: 0 };
    } else if (atom === ')') {
      const { size } = group;
      group = open.pop() ?? group;
      group = { size: group.size + size + 2, last: size + 2 };
    } else if (least !== undefined) {
      const times = Math.max(1, Number(least), Number(most ?? 0));
      group = { size: group.size + group.last * (times - 1) * 2, last: group.last * times * 2 };
    } else group = { size: group.size + 1, last: 1 };
  }
  return open.reduce((sum, { size }) => sum + size, group.size);
}
