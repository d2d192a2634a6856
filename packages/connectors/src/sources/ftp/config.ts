import { z } from 'zod';
import { MaxFileBytes } from '../../documents/max-file-bytes.ts';
import { GlobPatterns } from '../../documents/path-filter.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { settledSettings } from '../../kit/settled-settings.ts';
import { FtpFields, ftpConditions } from '../../types/ftp/fields.ts';
import type { FtpReach } from './remote-folder.ts';

/** Where the server is, in the words of the connection type of the same id; and what is read of it. */
export const FtpConfig = z.object({
  ...FtpFields.shape,
  include: GlobPatterns.default(['**']).meta({
    title: 'Include',
    description: 'Glob patterns of the files to read, relative to the folder; for example **/*.pdf.',
  }),
  exclude: GlobPatterns.default([]).meta({
    title: 'Exclude',
    description: 'Glob patterns of files and folders to leave out.',
  }),
  max_file_bytes: MaxFileBytes,
});
export type FtpConfig = z.output<typeof FtpConfig>;
export type FtpContext = ConnectorContext<FtpConfig>;

/** What opening a session needs. Throws `ConnectorError('configuration')` when the fields do not go together. */
export function reachOf({ config, connect, signal }: FtpContext): FtpReach {
  return { settings: settledSettings(config, ftpConditions), connect, signal };
}
