import { RE2JS } from 're2js';

/** Whether a path's segment is a pattern to dpath: it has one of `*`, `?` and `[`. */
export const isGlob = (segment: string): boolean => /[*?[]/.test(segment);

/**
 * The pattern of a segment as Python's `fnmatchcase` reads it: `*`, `?`, `[abc]`, `[!abc]`; a `[` without end is itself. Takes
 * time in proportion to the name, however many stars there are.
 */
export function globPattern(segment: string): { test(name: string): boolean } {
  let source = '';
  for (let at = 0; at < segment.length; at += 1) {
    const char = segment.charAt(at);
    const set = char === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(segment.slice(at)) : null;
    if (set) {
      source += `[${set[1] ? '^' : ''}${(set[2] ?? '').replaceAll(/[\\\]^]/g, String.raw`\$&`)}]`;
      at += set[0].length - 1;
    } else if (char === '*') source += '.*';
    else source += char === '?' ? '.' : char.replaceAll(/[\\^$.|+()[\]{}/]/g, String.raw`\$&`);
  }
  const pattern = RE2JS.compile(source, RE2JS.DOTALL);
  return { test: (name) => pattern.matches(name) };
}
