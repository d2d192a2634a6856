import { integerArgument, textArgument } from './argument.ts';
import { formatText } from './format-text.ts';
import { itemsOf } from './iterate.ts';
import { method } from './method.ts';
import type { Method } from './method.ts';
import { LIMITS } from './limits.ts';
import { occurrences } from './occurrences.ts';
import { PyTuple } from './py-tuple.ts';
import { sliceBounds } from './slice.ts';
import { splitText, splitTextFromEnd } from './split-text.ts';
import { stripText } from './strip-text.ts';
import { replaceText } from './replace-text.ts';
import { joinTexts } from './join-texts.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

type StringMethod = Method<string>;

/** Makes a text of about the same size; `perStep` characters take a step. */
const mapped = (change: (text: string) => string, perStep = 16): StringMethod =>
  method('', (run, self: string) => {
    run.checkText(self.length);
    run.scan(self.length, perStep);
    return change(self);
  });

const tests = (has: (text: string) => boolean, perStep = 16): StringMethod =>
  method('', (run, self: string) => {
    run.scan(self.length, perStep);
    return has(self);
  });

const matches = (pattern: RegExp): StringMethod => tests((text) => pattern.test(text));

const strip = (start: boolean, end: boolean): StringMethod =>
  method('chars?', (run, self: string, chars) => stripText(run, self, chars ?? null, start, end));

const finds = (find: (text: string, part: string) => number, fails: boolean): StringMethod =>
  method('sub start? end?', (run, self: string, part, start, end) => {
    const [from, to] = sliceBounds(self.length, start ?? null, end ?? null);
    run.search(self, textArgument(part));
    const at = find(self.slice(from, to), textArgument(part));
    if (at < 0 && fails) throw new TemplateFault('value', 'the text does not contain the part');
    return at < 0 ? -1 : from + at;
  });

const affix = (has: (text: string, part: string) => boolean): StringMethod =>
  method('affix start? end?', (_, self: string, part, start, end) => {
    const [from, to] = sliceBounds(self.length, start ?? null, end ?? null);
    const text = self.slice(from, to);
    return part instanceof PyTuple
      ? part.items.some((one) => has(text, textArgument(one)))
      : has(text, textArgument(part));
  });

const pad = (place: (text: string, width: number, fill: string) => string): StringMethod =>
  method('width fillchar?', (run, self: string, width, fill = ' ') => {
    const size = Math.max(integerArgument(width), self.length);
    run.makeText(size);
    return place(self, size, textArgument(fill));
  });

const partition = (
  at: (text: string, separator: string) => number,
  missing: (text: string) => string[],
): StringMethod =>
  method('sep', (run, self: string, separator) => {
    const sep = textArgument(separator);
    run.search(self, sep);
    if (sep === '') throw new TemplateFault('value', 'a separator is empty');
    const index = at(self, sep);
    return new PyTuple(index < 0 ? missing(self) : [self.slice(0, index), sep, self.slice(index + sep.length)]);
  });

const capitalize = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
const title = (text: string): string => text.replaceAll(/\p{L}+/gu, capitalize);
const isTitle = (text: string): boolean => /\p{L}/u.test(text) && title(text) === text;
const swapCase = (text: string): string =>
  text.replaceAll(/\p{L}/gu, (char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase()));
const hasCase = (text: string): boolean => text.toLowerCase() !== text.toUpperCase();

function count(run: Run, self: string, part: unknown): number {
  return occurrences(run, self, textArgument(part));
}

function center(text: string, width: number, fill: string): string {
  const margin = width - text.length;
  // As CPython does: of an odd margin the larger half lies left when the width is odd too.
  const left = Math.floor(margin / 2) + (margin & width & 1);
  return text.padStart(text.length + left, fill).padEnd(width, fill);
}

function zeroFill(run: Run, self: string, width: unknown): string {
  const size = Math.max(integerArgument(width), self.length);
  run.makeText(size);
  const sign = /^[+-]/.exec(self)?.[0] ?? '';
  return sign + self.slice(sign.length).padStart(size - sign.length, '0');
}

function splitLines(run: Run, self: string, keepEnds: unknown): string[] {
  run.scan(self.length, 16);
  run.makeMembers(self.split(/\r\n|\n|\r/, LIMITS.members + 1).length);
  const lines = self.match(/[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+$/g) ?? [];
  return keepEnds === true ? lines : lines.map((line) => line.replace(/\r?\n$|\r$/, ''));
}

/** Methods of Python's `str` (docs.python.org, "String Methods"). */
export const STRING_METHODS: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ['upper', mapped((text) => text.toUpperCase())],
  ['lower', mapped((text) => text.toLowerCase())],
  ['casefold', mapped((text) => text.replaceAll('ß', 'ss').toLowerCase())],
  ['capitalize', mapped(capitalize)],
  ['title', mapped(title, LIMITS.hardTextPerStep)],
  ['swapcase', mapped(swapCase, LIMITS.hardTextPerStep / 2)],
  ['strip', strip(true, true)],
  ['lstrip', strip(true, false)],
  ['rstrip', strip(false, true)],
  [
    'split',
    method('sep? maxsplit?', (run, self: string, sep, most) =>
      splitText(run, self, sep ?? null, integerArgument(most, -1)),
    ),
  ],
  [
    'rsplit',
    method('sep? maxsplit?', (run, self: string, sep, most) =>
      splitTextFromEnd(run, self, sep ?? null, integerArgument(most, -1)),
    ),
  ],
  ['splitlines', method('keepends?', splitLines)],
  [
    'join',
    method('iterable', (run, self: string, items) => joinTexts(run, self, itemsOf(run, items).map(textArgument))),
  ],
  [
    'replace',
    method('old new count?', (run, self: string, old, made, most) =>
      replaceText(run, self, textArgument(old), textArgument(made), integerArgument(most, -1)),
    ),
  ],
  ['startswith', affix((text, part) => text.startsWith(part))],
  ['endswith', affix((text, part) => text.endsWith(part))],
  [
    'removeprefix',
    method('prefix', (_, self: string, prefix) =>
      self.startsWith(textArgument(prefix)) ? self.slice(textArgument(prefix).length) : self,
    ),
  ],
  [
    'removesuffix',
    method('suffix', (_, self: string, suffix) =>
      textArgument(suffix) !== '' && self.endsWith(textArgument(suffix))
        ? self.slice(0, -textArgument(suffix).length)
        : self,
    ),
  ],
  ['find', finds((text, part) => text.indexOf(part), false)],
  ['rfind', finds((text, part) => text.lastIndexOf(part), false)],
  ['index', finds((text, part) => text.indexOf(part), true)],
  ['rindex', finds((text, part) => text.lastIndexOf(part), true)],
  ['count', method('sub', count)],
  [
    'partition',
    partition(
      (text, sep) => text.indexOf(sep),
      (text) => [text, '', ''],
    ),
  ],
  [
    'rpartition',
    partition(
      (text, sep) => text.lastIndexOf(sep),
      (text) => ['', '', text],
    ),
  ],
  ['ljust', pad((text, width, fill) => text.padEnd(width, fill))],
  ['rjust', pad((text, width, fill) => text.padStart(width, fill))],
  ['center', pad(center)],
  ['zfill', method('width', zeroFill)],
  ['isdigit', matches(/^\p{Nd}+$/u)],
  ['isdecimal', matches(/^\p{Nd}+$/u)],
  ['isnumeric', matches(/^\p{N}+$/u)],
  ['isalpha', matches(/^\p{L}+$/u)],
  ['isalnum', matches(/^[\p{L}\p{N}]+$/u)],
  ['isspace', matches(/^\s+$/)],
  ['isascii', matches(/^\p{ASCII}*$/u)],
  ['isidentifier', matches(/^[\p{L}_][\p{L}\p{N}_]*$/u)],
  ['isupper', tests((text) => hasCase(text) && text === text.toUpperCase())],
  ['islower', tests((text) => hasCase(text) && text === text.toLowerCase())],
  ['istitle', tests(isTitle, LIMITS.hardTextPerStep)],
  ['format', (run, self, args, keywords) => formatText(run, self, args, keywords)],
]);
