import picomatch from 'picomatch';
import { z } from 'zod';

/** Rarely read by people, often enormous. */
const DEFAULT_EXCLUDE = ['**/.git/**', '**/node_modules/**'];
const DEFAULT_MAX_FILE_BYTES = 10_000_000;
const LARGEST_MAX_FILE_BYTES = 100_000_000;

const patterns = z.array(z.string().min(1).max(1_000)).max(100);

export const FilesConfig = z.object({
  path: z.string().min(1).max(4_096).meta({
    title: 'Folder',
    description: 'The folder to read, inside one of the folders that the operator opened with TRIBUTARY_FILE_ROOTS.',
  }),
  include: patterns.default(['**']).meta({
    title: 'Include',
    description: 'Glob patterns of the files to read, relative to the folder; for example **/*.md.',
  }),
  exclude: patterns.default(DEFAULT_EXCLUDE).meta({
    title: 'Exclude',
    description: 'Glob patterns of files and folders to leave out.',
  }),
  max_file_bytes: z.int().min(1).max(LARGEST_MAX_FILE_BYTES).default(DEFAULT_MAX_FILE_BYTES).meta({
    title: 'Largest file',
    description: 'Files above this many bytes are listed by their names only.',
  }),
});

export type FilesConfig = z.output<typeof FilesConfig>;

export interface PathFilter {
  /** Whether a file is read. */
  takes(path: string): boolean;
  /** Whether a folder can hold such files; `x/**` closes the folder `x`. */
  enters(folder: string): boolean;
}

/** Compiles the patterns once; hidden files count like any others. */
export function pathFilter(config: Pick<FilesConfig, 'include' | 'exclude'>): PathFilter {
  const included = picomatch(config.include, { dot: true });
  const excluded = picomatch(config.exclude, { dot: true });
  const closed = picomatch(
    config.exclude.filter((pattern) => pattern.endsWith('/**')).map((pattern) => pattern.slice(0, -'/**'.length)),
    { dot: true },
  );
  return {
    takes: (path) => included(path) && !excluded(path),
    enters: (folder) => !closed(folder),
  };
}
