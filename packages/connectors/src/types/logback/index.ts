import { hostname } from 'node:os';
import { defineConnectionType } from '../../kit/connection-type.ts';
import { checkLogFolder, openLogFolder } from '../../kit/log-folder.ts';
import type { LogFile, LogFolder } from '../../kit/log-folder.ts';
import type { Notice } from '../../kit/notice.ts';
import { conditions, Fields } from './fields.ts';
import type { LogbackContext, Settings } from './fields.ts';
import { fileNaming } from './file-name.ts';
import type { FileNaming } from './file-name.ts';
import { formatLine } from './layout.ts';

const MEGABYTE = 1024 * 1024;
const GIGABYTE = 1024 * MEGABYTE;

function namingOf({ logFileName, logPodName, logFilenamePattern }: Settings): FileNaming {
  return fileNaming(`${logFileName}-${logPodName === '' ? hostname() : logPodName}`, logFilenamePattern);
}

/** The number of the file to write to: the last one, or the next when the line does not fit any more. */
function currentCounter(files: readonly LogFile[], naming: FileNaming, at: number, room: number): number {
  const numbered = files.flatMap(({ name, size }) => {
    const counter = naming.counterAt(at, name);
    return counter === undefined ? [] : [{ counter, size }];
  });
  const last = numbered.toSorted((a, b) => b.counter - a.counter)[0];
  if (!last) return 0;
  return last.size === 0 || last.size <= room ? last.counter : last.counter + 1;
}

/** Removes what is too old, then the oldest until all fit; the file that is written to stays. */
async function tidy(folder: LogFolder, naming: FileNaming, current: string, at: number, settings: Settings) {
  const { maxHistory, totalSizeCap } = settings;
  if (maxHistory === 0 && totalSizeCap === 0) return;
  const files = (await folder.list()).filter(({ name }) => naming.isOurs(name));
  const youngestFirst = files.toSorted((a, b) => naming.compare(b.name, a.name));
  let total = 0;
  for (const { name, size } of youngestFirst) {
    total += size;
    const isTooOld = maxHistory > 0 && naming.isBefore(name, at, maxHistory);
    const isTooMuch = totalSizeCap > 0 && total > totalSizeCap * GIGABYTE;
    if (name !== current && (isTooOld || isTooMuch)) await folder.remove(name);
  }
}

/** Writes one notice. What the folder holds is looked at each time, since other workers may write to it too. */
async function write({ settings, clock, writableFolder }: LogbackContext, notice: Notice, tidied: string) {
  const naming = namingOf(settings);
  const line = Buffer.from(formatLine(settings.logPattern, notice), 'utf8');
  const folder = await openLogFolder(writableFolder, settings.logPath);
  const now = clock.now();
  const room = settings.maxFileSize * MEGABYTE - line.length;
  const current = naming.nameAt(now, currentCounter(await folder.list(), naming, now, room));
  await folder.append(current, line);
  if (current !== tidied) await tidy(folder, naming, current, now, settings);
  return current;
}

/** Writes log files on this host. */
export const logback = defineConnectionType({
  id: 'logback',
  title: 'Log files',
  description: 'Writes each notification as a line of a log file on this host, in files that are rotated.',
  fields: Fields,
  conditions,
  touches: 'files',
  notifies: true,
  async test({ settings, writableFolder }) {
    await checkLogFolder(writableFolder, settings.logPath);
    return { message: `${settings.logPath} may be written to; nothing was written.` };
  },
  async open(ctx) {
    await ctx.writableFolder(ctx.settings.logPath);
    let tidied = '';
    let last: Promise<unknown> = Promise.resolve();
    return {
      notify(notice) {
        // One after the other: the size of a file is that after the line before.
        const writing = last.then(async () => void (tidied = await write(ctx, notice, tidied)));
        last = writing.catch(() => undefined);
        return writing;
      },
      async close() {
        await last;
      },
    };
  },
});
