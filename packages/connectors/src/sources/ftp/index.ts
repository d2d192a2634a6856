import { ListingCursor } from '../../documents/listing-tracker.ts';
import { none } from '../../kit/auth.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { FtpFields } from '../../types/ftp/fields.ts';
import { FtpConfig, reachOf } from './config.ts';
import { lookIn } from './look-in.ts';
import { describeFile, FileRow, fileText, readFiles } from './read-files.ts';

/** Documents, notes and code below a folder of an FTP, FTPS or SFTP server. */
export const ftp = defineConnector(
  {
    id: 'ftp',
    title: 'FTP and SFTP',
    description:
      'Documents, notes and code in a folder of an FTP, FTPS or SFTP server: text, Markdown, HTML, PDF, Word, Excel, CSV and JSON.',
    labels: ['files'],
    auth: [none],
    config: FtpConfig,
    endpoint: Object.keys(FtpFields.shape) as (keyof typeof FtpFields.shape)[],
    limits: { requestsPerMinute: 60_000, concurrency: 2 },
    continuous: { everySeconds: 300 },
    async check(ctx) {
      const { username, host, port, workingDir } = ctx.config;
      await lookIn(reachOf(ctx));
      return { account: `${username}@${host}:${port}${workingDir}` };
    },
  },
  (stream) => ({
    files: stream({
      title: 'Files',
      entityType: 'FtpFileEntity',
      row: FileRow,
      cursor: ListingCursor,
      primaryKey: ['path'],
      incremental: true,
      key: (row) => row.path,
      text: fileText,
      describe: describeFile,
      fields: ({ text: _text, ...kept }) => kept,
      read: readFiles,
    }),
  }),
);
