import { decodeHTML } from 'entities';
import { integerArgument, textArgument } from './argument.ts';
import { callMethod } from './access.ts';
import { filter } from './filter.ts';
import type { Filter } from './filter.ts';
import { LIMITS } from './limits.ts';
import { isMapping, mappingEntries } from './mapping.ts';
import { isNumber } from './numbers.ts';
import { itemsOf } from './iterate.ts';
import { jsonText } from './json-text.ts';
import { printf } from './printf.ts';
import { PyDict } from './py-dict.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { pythonText } from './python-text.ts';
import { quote, quotePlus } from './quote.ts';
import { replaceText } from './replace-text.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { stripText } from './strip-text.ts';
import { truthy } from './truthy.ts';

/** Applies a method of `str` to Python's text of the value. */
const byMethod = (name: string): Filter =>
  filter('', (run, value) => callMethod(run, pythonText(value, run), name, [], undefined));

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escape(run: Run, value: unknown): string {
  const text = pythonText(value, run);
  run.scan(text.length, LIMITS.hardTextPerStep);
  run.checkText(text.length * 5);
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

function urlencode(run: Run, value: unknown): string {
  if (typeof value === 'string' || isNumber(value) || value === null) return quote(run, pythonText(value, run), '/');
  const pairs = isMapping(value)
    ? mappingEntries(value, run)
    : itemsOf(run, defined(value)).map((pair) => itemsOf(run, pair));
  run.makeMembers(pairs.length);
  const encoded = pairs.map(
    ([key, member]) => `${quotePlus(run, pythonText(key, run))}=${quotePlus(run, pythonText(member, run))}`,
  );
  return encoded.join('&');
}

function indent(run: Run, value: unknown, width: unknown = 4, first: unknown = false, blank: unknown = false): string {
  const pad = typeof width === 'string' ? width : ' '.repeat(Math.min(Math.max(0, integerArgument(width)), 1000));
  const text = pythonText(value, run);
  run.scan(text.length);
  const lines = text.split('\n', LIMITS.members + 1);
  run.makeMembers(lines.length);
  run.makeText(text.length + lines.length * pad.length);
  const padded = lines.map((line, index) => (index > 0 && (line !== '' || truthy(blank, run)) ? pad + line : line));
  return (truthy(first, run) ? pad : '') + padded.join('\n');
}

function truncate(
  run: Run,
  value: unknown,
  length: unknown = 255,
  kill: unknown = false,
  end: unknown = '...',
  leeway: unknown = 5,
): string {
  const text = pythonText(value, run);
  const [most, tail] = [integerArgument(length), textArgument(end)];
  run.spend(1);
  if (text.length <= most + integerArgument(leeway, 5)) return text;
  const cut = text.slice(0, Math.max(0, most - tail.length));
  if (truthy(kill, run)) return cut + tail;
  const blank = cut.lastIndexOf(' ');
  return (blank < 0 ? cut : cut.slice(0, blank)) + tail;
}

function wordwrap(run: Run, value: unknown, width: unknown = 79, breaks: unknown = true, wrap: unknown = '\n'): string {
  const [size, text, end] = [
    Math.max(1, integerArgument(width, 79)),
    pythonText(value, run),
    textArgument(wrap ?? '\n'),
  ];
  run.scan(text.length, LIMITS.hardTextPerStep / 2);
  run.makeText(text.length * (1 + end.length));
  const piece =
    breaks === undefined || truthy(breaks, run) ? new RegExp(`.{1,${Math.min(size, WIDEST)}}`, 'gsu') : undefined;
  return text
    .split(/\r?\n/)
    .map((line) => wrapLine(line, size, piece).join(end))
    .join(end);
}

/** Words that are longer than any line are broken. */
const WIDEST = 10_000;

function wrapLine(line: string, size: number, piece: RegExp | undefined): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/\s+/).flatMap((one) => (piece ? (one.match(piece) ?? ['']) : [one]))) {
    if (current !== '' && current.length + 1 + word.length > size) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

function xmlAttributes(run: Run, value: unknown, space: unknown = true): string {
  const entries = isMapping(value) ? mappingEntries(value, run) : [];
  run.makeMembers(entries.length);
  const attributes = entries
    .filter(([, member]) => member !== null && !(member instanceof PyUndefined))
    .map(([key, member]) => `${escape(run, key)}="${escape(run, member)}"`);
  return (truthy(space, run) && attributes.length > 0 ? ' ' : '') + attributes.join(' ');
}

function filesize(run: Run, value: unknown, binary: unknown = false): string {
  const base = truthy(binary, run) ? 1024 : 1000;
  const text = pythonText(value, run);
  run.scan(text.length);
  const bytes = Number(text);
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
  const step = Math.min(Math.floor(Math.log(bytes) / Math.log(base)), units.length);
  const unit = (units[step - 1] ?? '').toUpperCase();
  return `${(bytes / base ** step).toFixed(1)} ${truthy(binary, run) ? `${unit}i` : (units[step - 1] ?? '')}B`;
}

/** Comments first, then tags; goes over the text once, whatever is not closed. What HTML writes by name is then read, as in Jinja. */
function stripTags(run: Run, text: string): string {
  run.checkText(text.length);
  run.scan(text.length, LIMITS.hardTextPerStep);
  const words = without(without(text, '<!--', '-->'), '<', '>').split(/\s+/);
  return decodeHTML(words.filter((word) => word !== '').join(' '));
}

function without(text: string, open: string, close: string): string {
  let made = '';
  let at = 0;
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, at)) {
    const end = text.indexOf(close, start + open.length);
    if (end < 0) break;
    made += text.slice(at, start);
    at = end + close.length;
  }
  return made + text.slice(at);
}

const toJson: Filter = filter('indent?', (run, value, width) => {
  // Keys are sorted, and what HTML would take for its own is escaped, as in Jinja.
  const text = jsonText(value, run, {
    sortKeys: true,
    ...(width !== undefined && { indent: Math.min(integerArgument(width), 32) }),
  });
  run.makeText(text.length);
  run.scan(text.length, LIMITS.hardTextPerStep);
  return text.replaceAll(/[<>&']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
});

const format: Filter = (run, value, args, keywords) => {
  const named = keywords && keywords.size > 0 ? new PyDict(keywords) : undefined;
  return printf(run, pythonText(value, run), named ?? new PyTuple(args));
};

/** Jinja's filters that make texts (jinja.palletsprojects.com, "List of Builtin Filters"). */
export const TEXT_FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['upper', byMethod('upper')],
  ['lower', byMethod('lower')],
  ['capitalize', byMethod('capitalize')],
  [
    'title',
    filter('', (run, value) => {
      const text = pythonText(value, run);
      run.checkText(text.length);
      run.scan(text.length, LIMITS.hardTextPerStep);
      // Words end at blanks, dashes and brackets only.
      return text.replaceAll(/[^-\s({[<]+/g, (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
    }),
  ],
  ['trim', filter('chars?', (run, value, chars) => stripText(run, pythonText(value, run), chars ?? null, true, true))],
  ['striptags', filter('', (run, value) => stripTags(run, pythonText(value, run)))],
  [
    'replace',
    filter('old new count?', (run, value, old, made, count) =>
      replaceText(run, pythonText(value, run), pythonText(old, run), pythonText(made, run), integerArgument(count, -1)),
    ),
  ],
  [
    'center',
    filter('width?', (run, value, width = 80) => callMethod(run, pythonText(value, run), 'center', [width], undefined)),
  ],
  ['indent', filter('width? first? blank?', indent)],
  ['truncate', filter('length? killwords? end? leeway?', truncate)],
  ['wordwrap', filter('width? break_long_words? wrapstring?', wordwrap)],
  [
    'wordcount',
    filter('', (run, value) => {
      const text = pythonText(value, run);
      run.scan(text.length, LIMITS.hardTextPerStep);
      return text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;
    }),
  ],
  ['format', format],
  ['urlencode', filter('', urlencode)],
  ['escape', filter('', escape)],
  ['e', filter('', escape)],
  ['forceescape', filter('', escape)],
  ['safe', filter('', (run, value) => pythonText(value, run))],
  ['xmlattr', filter('autospace?', xmlAttributes)],
  ['filesizeformat', filter('binary?', filesize)],
  ['tojson', toJson],
  [
    'pprint',
    filter('', (run, value) => {
      const text = pythonText(value, run);
      run.makeText(text.length);
      return text;
    }),
  ],
]);
