import { ConnectorError } from '../../kit/connector-error.ts';
import type { Clock } from '../../kit/context.ts';
import { openFtp } from './open-ftp.ts';
import { openSftp } from './open-sftp.ts';
import type { FtpReach, RemoteFolder } from './remote-folder.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Logs in. Throws `ConnectorError`. */
export const openFolder = (reach: FtpReach): Promise<RemoteFolder> =>
  reach.settings.protocol === 'SFTP' ? openSftp(reach) : openFtp(reach);

/** A session that is opened on first use, and again after a loss, as often in a row as `retryCount` allows. */
export class FtpSession {
  readonly #reach: FtpReach;
  readonly #clock: Clock;
  #folder: RemoteFolder | undefined;

  constructor(reach: FtpReach, clock: Clock) {
    this.#reach = reach;
    this.#clock = clock;
  }

  /** Throws `ConnectorError`: what is wrong with a path is `invalid_answer`. */
  async use<T>(task: (folder: RemoteFolder) => Promise<T>): Promise<T> {
    const { settings, signal } = this.#reach;
    for (let failed = 0; ; failed += 1) {
      try {
        this.#folder ??= await openFolder(this.#reach);
        return await task(this.#folder);
      } catch (error) {
        signal.throwIfAborted();
        const isLost = error instanceof ConnectorError && error.reason === 'unavailable';
        if (isLost) await this.close();
        if (!isLost || failed >= settings.retryCount) throw error;
        await this.#clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** failed, LONGEST_WAIT_MS), signal);
      }
    }
  }

  async close(): Promise<void> {
    const folder = this.#folder;
    this.#folder = undefined;
    await folder?.close();
  }
}
