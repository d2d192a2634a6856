import { createHash } from 'node:crypto';
import { z } from 'zod';
import { comparePaths } from '../../kit/file-access.ts';
import type { FileEntry } from '../../kit/file-access.ts';
import type { FilesConfig } from './config.ts';
import { EXTRACTOR_VERSION } from '../../documents/extract-text.ts';

/**
 * Where a read stands. A row per file would make the cursor as large as the folder, and it is written with every page;
 * so it holds one moment instead: whatever came to its path before `seenTo` was read by a run that ended. Which files
 * are gone needs no memory here, since every run lists all paths and says so.
 */
export const FilesCursor = z.object({
  /** Fingerprint of the settings that decide what is read and how. */
  rules: z.string(),
  /** Identity of the folder: another one that took its path is read whole. */
  folder: z.string(),
  seenTo: z.number(),
  /** The run that was under way: everything up to `after` was read in it. */
  run: z.object({ startedAt: z.number(), after: z.string() }).optional(),
  /** Files and folders that could not be read and must be tried again although they do not change. */
  retry: z.array(z.string()).max(1_000),
});

export type FilesCursor = z.output<typeof FilesCursor>;

/**
 * Clocks of file systems tick late (4 ms on ext4, 2 s on FAT) and those of file servers differ from ours; files that
 * changed within this time before the last run are read once more, and the engine sees that they are the same.
 */
export const LOOKBACK_MS = 120_000;

const MOST_RETRIES = 1_000;

export interface ChangeTracker {
  /** Whether the file is as an earlier read left it. */
  isKnown(entry: FileEntry): boolean;
  /** Remembers that a path could not be read. */
  retryLater(path: string): void;
  /** The cursor after the files up to `path`; none while an interrupted run's ground is covered again. */
  during(path: string): FilesCursor | undefined;
  /** The cursor after the whole run. */
  done(): FilesCursor;
}

const rulesOf = (config: FilesConfig): string =>
  createHash('sha256')
    .update(JSON.stringify([EXTRACTOR_VERSION, config.include, config.exclude, config.max_file_bytes]))
    .digest('base64url')
    .slice(0, 16);

/** Starts a run at `now` (milliseconds since the epoch) from the cursor of an earlier one, as far as it still counts. */
export function trackChanges(
  config: FilesConfig,
  folder: string,
  now: number,
  stored: FilesCursor | undefined,
): ChangeTracker {
  const rules = rulesOf(config);
  const since = stored?.rules === rules && stored.folder === folder ? stored : undefined;
  // A moment in the future was taken from a clock that was wrong; nothing can be concluded from it.
  const seenTo = since && since.seenTo <= now ? since.seenTo : 0;
  const cut = since?.run && since.run.startedAt <= now ? since.run : undefined;
  const again = new Set(since?.retry);
  const failed = new Set<string>();
  const failedBefore = (): readonly string[] => [...new Set([...again, ...failed])];

  const mustRetry = (path: string): boolean => {
    if (again.size === 0) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (again.has(path.slice(0, end))) return true;
    }
    return false;
  };
  const readInCutRun = (entry: FileEntry): boolean =>
    cut !== undefined && comparePaths(entry.path, cut.after) <= 0 && entry.changedAt < cut.startedAt - LOOKBACK_MS;

  return {
    isKnown: (entry) => (entry.changedAt < seenTo || readInCutRun(entry)) && !mustRetry(entry.path),
    retryLater: (path) => void failed.add(path),
    during(path) {
      const retry = failedBefore();
      if ((cut && comparePaths(path, cut.after) <= 0) || retry.length > MOST_RETRIES) return undefined;
      return { rules, folder, seenTo, run: { startedAt: now, after: path }, retry: [...retry] };
    },
    done() {
      const tooMany = failed.size > MOST_RETRIES;
      return { rules, folder, seenTo: tooMany ? seenTo : now - LOOKBACK_MS, retry: tooMany ? [] : [...failed] };
    },
  };
}
