import { z } from 'zod';
import { MaxFileBytes } from '../../documents/max-file-bytes.ts';
import { GlobPatterns } from '../../documents/path-filter.ts';

/** Rarely read by people, often enormous. */
const DEFAULT_EXCLUDE = ['**/.git/**', '**/node_modules/**'];

export const FilesConfig = z.object({
  path: z.string().min(1).max(4_096).meta({
    title: 'Folder',
    description: 'The folder to read, inside one of the folders that the operator opened with TRIBUTARY_FILE_ROOTS.',
  }),
  include: GlobPatterns.default(['**']).meta({
    title: 'Include',
    description: 'Glob patterns of the files to read, relative to the folder; for example **/*.md.',
  }),
  exclude: GlobPatterns.default(DEFAULT_EXCLUDE).meta({
    title: 'Exclude',
    description: 'Glob patterns of files and folders to leave out.',
  }),
  max_file_bytes: MaxFileBytes,
});

export type FilesConfig = z.output<typeof FilesConfig>;
