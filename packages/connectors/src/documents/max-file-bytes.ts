import { z } from 'zod';

const DEFAULT_MAX_FILE_BYTES = 10_000_000;
const LARGEST_MAX_FILE_BYTES = 100_000_000;

/** The configuration field that says up to which size files are opened, in bytes. */
export const MaxFileBytes = z.int().min(1).max(LARGEST_MAX_FILE_BYTES).default(DEFAULT_MAX_FILE_BYTES).meta({
  title: 'Largest file',
  description: 'Files above this many bytes are listed by their names only.',
});
