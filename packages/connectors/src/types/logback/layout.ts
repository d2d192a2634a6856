import type { Notice } from '../../kit/notice.ts';
import { formatTime, parseTimeFormat } from './time-format.ts';

const LEVELS: Readonly<Record<Notice['severity'], string>> = { error: 'ERROR', warning: 'WARN', info: 'INFO' };
const DEFAULT_TIME = 'yyyy-MM-dd HH:mm:ss,SSS';

/** One line: whoever writes the words must not be able to write a second entry. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

type Converter = (notice: Notice, option: string | undefined) => string;

const message: Converter = ({ title, text, facts }) => oneLine(`${title}: ${text} ${JSON.stringify(facts)}`);
const level: Converter = ({ severity }) => LEVELS[severity];
const logger: Converter = ({ kind }) => oneLine(kind);
const nothing: Converter = () => '';

function time({ at }: Notice, option: string | undefined): string {
  const iso = option === undefined || option === '' || option === 'ISO8601';
  const format = parseTimeFormat(iso ? DEFAULT_TIME : option);
  return format ? formatTime(format, at) : '';
}

/** A fact by its name; `${name:-default}` as Logback has it. */
function fact({ id, facts }: Notice, option: string | undefined): string {
  const [name = '', fallback = ''] = (option ?? '').split(':-');
  const value = name === 'id' ? id : Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (value === undefined || value === null) return fallback;
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The conversion words of Logback's PatternLayout; those that tell of Java are known and empty. */
const CONVERTERS: Readonly<Record<string, Converter>> = {
  ...Object.fromEntries(['d', 'date'].map((word) => [word, time])),
  ...Object.fromEntries(['p', 'le', 'level'].map((word) => [word, level])),
  ...Object.fromEntries(['m', 'msg', 'message'].map((word) => [word, message])),
  ...Object.fromEntries(['c', 'lo', 'logger'].map((word) => [word, logger])),
  ...Object.fromEntries(['X', 'mdc'].map((word) => [word, fact])),
  ...Object.fromEntries(
    ['t', 'thread', 'C', 'class', 'M', 'method', 'L', 'line', 'F', 'file', 'r', 'relative', 'caller', 'marker'].map(
      (word) => [word, nothing],
    ),
  ),
  ...Object.fromEntries(
    ['ex', 'exception', 'throwable', 'nopex', 'nopexception', 'xEx', 'rEx', 'contextName', 'cn'].map((word) => [
      word,
      nothing,
    ]),
  ),
  n: () => '\n',
};
const LONGEST_FIRST = Object.keys(CONVERTERS)
  .toSorted((a, b) => b.length - a.length)
  .join('|');
const WORD = new RegExp(
  `%(?<width>-?\\d{1,3})?(?:\\.(?<most>-?\\d{1,3}))?(?<word>${LONGEST_FIRST})(?:\\{(?<option>[^}]*)\\})?|%%|\\\\[%n]|[^%\\\\]+|[\\s\\S]`,
  'g',
);

/** What is wrong with a layout, as a sentence; undefined when it is fine. */
export function layoutFault(layout: string): string | undefined {
  for (const { 0: text, groups } of layout.matchAll(WORD)) {
    const { word, option } = groups ?? {};
    const isTime = word === 'd' || word === 'date';
    if (text === '%' || (isTime && option && option !== 'ISO8601' && !parseTimeFormat(option)))
      return 'Line: give words like %d{yyyy-MM-dd HH:mm:ss}, %level, %logger, %msg, %X{name} and %n only.';
  }
  return undefined;
}

/** Padded to the width, from the left or (negative) the right; cut to the most characters, its end or (negative) its beginning. */
function sized(text: string, width: string | undefined, most: string | undefined): string {
  const limit = Number(most ?? Infinity);
  const short = text.length <= Math.abs(limit) ? text : limit < 0 ? text.slice(0, -limit) : text.slice(-limit);
  const room = Number(width ?? 0);
  return room < 0 ? short.padEnd(-room) : short.padStart(room);
}

/** A notice as the layout writes it. */
export function formatLine(layout: string, notice: Notice): string {
  return [...layout.matchAll(WORD)]
    .map(({ 0: text, groups }) => {
      const { word = '', width, most, option } = groups ?? {};
      const convert = Object.hasOwn(CONVERTERS, word) ? CONVERTERS[word] : undefined;
      if (convert) return sized(convert(notice, option), width, most);
      if (text === '%%' || text === '\\%') return '%';
      return text === '\\n' ? '\n' : text;
    })
    .join('');
}
