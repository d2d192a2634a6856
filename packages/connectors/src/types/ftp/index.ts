import { defineConnectionType } from '../../kit/connection-type.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import { advised } from '../../kit/far-end-error.ts';
import { lookIn } from '../../sources/ftp/look-in.ts';
import { FtpFields, ftpConditions } from './fields.ts';
import type { FtpSettings } from './fields.ts';

const CHECK = 'Check host, port and protocol.';

const test = async (ctx: TypeContext<FtpSettings>): Promise<{ readonly message: string }> => {
  const entries = await advised(lookIn(ctx), CHECK);
  return { message: `Logged in; ${ctx.settings.workingDir} has ${entries} ${entries === 1 ? 'entry' : 'entries'}.` };
};

/** A folder on an FTP, FTPS or SFTP server; read by the source of the same id. */
export const ftp = defineConnectionType({
  id: 'ftp',
  title: 'FTP and SFTP',
  description: 'A folder on an FTP, FTPS or SFTP server.',
  fields: FtpFields,
  conditions: ftpConditions,
  notifies: false,
  test,
  // Servers end sessions that say nothing, so none is kept: each use logs in.
  open: () => Promise.resolve({ close: () => Promise.resolve() }),
});
