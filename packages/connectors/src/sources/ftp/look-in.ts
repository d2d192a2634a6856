import { ConnectorError } from '../../kit/connector-error.ts';
import type { FtpReach } from './remote-folder.ts';
import { openFolder } from './session.ts';

/** Logs in, once, and lists the folder; gives the number of its entries. Throws `ConnectorError` that says what to change. */
export async function lookIn(reach: FtpReach): Promise<number> {
  const folder = await openFolder(reach);
  try {
    return (await folder.list(reach.settings.workingDir)).length;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.reason !== 'invalid_answer') throw error;
    const advice = 'Check workingDir, and that the user may read it.';
    throw new ConnectorError('configuration', `${error.message} ${advice}`, { cause: error });
  } finally {
    await folder.close();
  }
}
