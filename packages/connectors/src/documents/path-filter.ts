import picomatch from 'picomatch';
import { z } from 'zod';

/** A list of glob patterns in a configuration. */
export const GlobPatterns = z.array(z.string().min(1).max(1_000)).max(100);

export interface PathFilter {
  /** Whether a file is read. */
  takes(path: string): boolean;
  /** Whether a folder can hold such files; `x/**` closes the folder `x`. */
  enters(folder: string): boolean;
}

/** Compiles the patterns once; hidden files count like any others. */
export function pathFilter(patterns: {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}): PathFilter {
  // The library's `**` leaves out what no file system holds, as `a//b` and `a/../b`; here it means everything.
  const included = patterns.include.includes('**') ? () => true : picomatch([...patterns.include], { dot: true });
  const excluded = picomatch([...patterns.exclude], { dot: true });
  const closed = picomatch(
    patterns.exclude.filter((pattern) => pattern.endsWith('/**')).map((pattern) => pattern.slice(0, -'/**'.length)),
    { dot: true },
  );
  return {
    takes: (path) => included(path) && !excluded(path),
    enters: (folder) => !closed(folder),
  };
}
