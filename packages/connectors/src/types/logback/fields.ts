import { z } from 'zod';
import type { ConditionIssue, TypeContext } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import { integer, requiredText, text } from '../../kit/type-fields.ts';
import { patternFault } from './file-name.ts';
import { layoutFault } from './layout.ts';

const withSlash = (path: string): string => (path.endsWith('/') || hasPlaceholder(path) ? path : `${path}/`);

const path = { title: 'Folder', description: 'Below a folder that the operator opened; a `/` is added at its end.' };

/** Fields and defaults as Apinizer documents the connection type `logback`. */
export const Fields = z.object({
  logPath: requiredText(path).transform(withSlash).meta(path),
  logFileName: text({ title: 'Name', description: 'How file names begin.', default: 'ApinizerApiProxyTraffic' }),
  logPodName: text({
    title: 'Machine',
    description: 'Follows the name; that of this machine when empty.',
    default: '',
  }),
  logFilenamePattern: text({
    title: 'Rest of the file name',
    description:
      '`%d{yyyy-MM-dd}` is the day (or hour, minute, …) and `%i` counts the files of it; both must be there.',
    default: '%d{yyyy-MM-dd}.%i.log',
  }),
  logPattern: text({
    title: 'Line',
    description:
      'Logback’s words: `%d{…}`, `%level`, `%msg`, `%logger` (the kind), `%X{…}` (a fact, or `id`), `%n` and widths as in `%-5level`. What a notification does not have, such as `%thread`, is empty.',
    default: '%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger - %msg%n',
  }),
  maxFileSize: integer({
    title: 'Size of a file',
    description: 'Megabytes; then the next file begins.',
    default: 25,
    min: 1,
    max: 100_000,
  }),
  maxHistory: integer({
    title: 'History',
    description: 'Days (or hours, …, as the file name has it) whose files are kept; 0 keeps all.',
    default: 0,
    min: 0,
    max: 100_000,
  }),
  totalSizeCap: integer({
    title: 'Size of all files',
    description: 'Gigabytes; the oldest are removed. 0 is no limit.',
    default: 0,
    min: 0,
    max: 100_000,
  }),
});

export type Settings = z.output<typeof Fields>;
export type LogbackContext = TypeContext<Settings>;

const isName = (part: string): boolean => !/[/\\\0]/.test(part) && Buffer.byteLength(part) <= 100;

export function conditions(settings: Settings): readonly ConditionIssue[] {
  const { logFileName, logPodName, logFilenamePattern, logPattern } = settings;
  const wrong = (field: string, message: string | undefined): readonly ConditionIssue[] =>
    message === undefined ? [] : [{ path: [field], message }];
  const badName = (title: string) => `${title}: give a plain name of at most 100 bytes, without a path.`;
  return [
    ...wrong('logFileName', isName(logFileName) && logFileName !== '' ? undefined : badName('Name')),
    ...wrong('logPodName', isName(logPodName) ? undefined : badName('Machine')),
    ...wrong('logFilenamePattern', hasPlaceholder(logFilenamePattern) ? undefined : patternFault(logFilenamePattern)),
    ...wrong('logPattern', hasPlaceholder(logPattern) ? undefined : layoutFault(logPattern)),
  ];
}
