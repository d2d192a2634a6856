import { createHash } from 'node:crypto';

/** What the templates of a login know while they are rendered. */
export interface LoginScope {
  /** The text of a placeholder; `undefined` when there is none of that name. */
  value(name: string): string | undefined;
  /** RFC 7636 §4.2 of a text; whoever renders may have another verifier than the text. */
  challenge?(text: string): string;
  /** Placeholders that stand alone in an address are percent-encoded when this says so. */
  encodes?(name: string): boolean;
}

export type LoginTemplate = (scope: LoginScope) => string;

/** A template that cannot be rendered; its message holds no values. */
export class LoginTemplateError extends Error {}

/** RFC 7636 §4.2. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

type Filter = (text: string, scope: LoginScope) => string;

const encodeUrl: Filter = (text) => encodeURIComponent(text);
const decodeUrl: Filter = (text) => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new LoginTemplateError('urlDecoder is given a text that is not URL-encoded');
  }
};
const encode64: Filter = (text) => Buffer.from(text, 'utf8').toString('base64');
const decode64: Filter = (text) => Buffer.from(text, 'base64').toString('utf8');

/** By name in lower case, without underscores: those of the published schema, and Jinja's for the same. */
const FILTERS: ReadonlyMap<string, Filter> = new Map([
  ['urlencoder', encodeUrl],
  ['urlencode', encodeUrl],
  ['urldecoder', decodeUrl],
  ['urldecode', decodeUrl],
  ['base64encoder', encode64],
  ['base64encode', encode64],
  ['b64encode', encode64],
  ['base64decoder', decode64],
  ['base64decode', decode64],
  ['b64decode', decode64],
  ['codechallenges256', (text, { challenge = challengeOf }) => challenge(text)],
]);

const filterOf = (name: string): Filter => {
  const filter = FILTERS.get(name.toLowerCase().replaceAll('_', ''));
  if (filter) return filter;
  throw new LoginTemplateError(`there is no filter \`${name}\``);
};

/** A text between templates, or what stands in one. */
type Part = string | readonly Part[];

interface Read {
  readonly parts: readonly Part[];
  /** Where it ended. */
  readonly end: number;
}

const MOST_LEVELS = 20;

function read(source: string, from: number, level: number): Read {
  if (level > MOST_LEVELS) throw new LoginTemplateError('its templates are nested too deeply');
  const parts: Part[] = [];
  let at = from;
  for (;;) {
    const opens = source.indexOf('{{', at);
    const closes = level === 0 ? -1 : source.indexOf('}}', at);
    if (closes !== -1 && (opens === -1 || closes < opens)) {
      return { parts: [...parts, source.slice(at, closes)], end: closes + 2 };
    }
    if (opens === -1) {
      if (level > 0) throw new LoginTemplateError('a `{{` is never closed');
      return { parts: [...parts, source.slice(at)], end: source.length };
    }
    const inner = read(source, opens + 2, level + 1);
    parts.push(source.slice(at, opens), inner.parts);
    at = inner.end;
  }
}

/** Nothing but text. */
const isText = (parts: readonly Part[]): boolean => parts.every((part) => typeof part === 'string');

const NAME = /^[A-Za-z_]\w*$/;

/** One template: `name`, `name | filter`, `"text" | filter`, `a ~ ":" ~ b`, `filter:text`, and templates within. */
function compileTemplate(parts: readonly Part[]): LoginTemplate {
  const { operand, filters } = withoutFilters(parts);
  const inner = isText(operand)
    ? textOperand(operand.join('').trim(), filters.length > 0)
    : nestedOperand(operand, filters.length > 0);
  if (filters.length === 0) return inner;
  return (scope) => {
    // Whatever goes through a filter goes as it is.
    const { encodes: _, ...plain } = scope;
    return filters.reduce((text, filter) => filter(text, scope), inner(plain));
  };
}

function withoutFilters(parts: readonly Part[]): { readonly operand: readonly Part[]; readonly filters: Filter[] } {
  const last = parts.at(-1);
  const found = typeof last === 'string' ? /(?:\s*\|\s*\w+)+\s*$/.exec(last) : null;
  const after = found ? found[0].split('|').slice(1) : [];
  const operand = found ? [...parts.slice(0, -1), (last as string).slice(0, found.index)] : [...parts];
  const [first] = operand;
  const before = typeof first === 'string' ? /^\s*([A-Za-z]\w*):/.exec(first) : null;
  const isPrefix = before?.[1] !== undefined && FILTERS.has(before[1].toLowerCase());
  // `urlDecoder:x | urlDecoder` says the same twice.
  if (isPrefix) operand[0] = (first as string).slice(before[0].length);
  const names = isPrefix && after.length === 0 ? [before[1] ?? ''] : after.map((name) => name.trim());
  return { operand, filters: names.map(filterOf) };
}

function textOperand(text: string, isFiltered: boolean): LoginTemplate {
  const pieces = text
    .replace(/^\((.*)\)$/, '$1')
    .split(/\s*~\s*/)
    .map((piece) => piece.trim());
  const templates = pieces.map((piece) => onePiece(piece, isFiltered));
  return (scope) => templates.map((template) => template(scope)).join('');
}

function onePiece(piece: string, isFiltered: boolean): LoginTemplate {
  const quoted = /^(["'])(.*)\1$/s.exec(piece);
  if (quoted) return () => quoted[2] ?? '';
  if (NAME.test(piece)) return (scope) => placeholder(piece, scope);
  if (isFiltered) return () => piece;
  throw new LoginTemplateError(`\`{{ ${piece} }}\` cannot be read`);
}

function placeholder(name: string, scope: LoginScope): string {
  const value = scope.value(name);
  if (value === undefined) throw new LoginTemplateError(`there is no \`${name}\` here`);
  return scope.encodes?.(name) ? encodeURIComponent(value) : value;
}

/** Templates within a template give a text; when it stands alone and is the name of something, that is meant. */
function nestedOperand(parts: readonly Part[], isFiltered: boolean): LoginTemplate {
  const inner = compileParts(parts);
  return (scope) => {
    const text = inner(scope).trim();
    if (isFiltered) return text;
    return NAME.test(text) && scope.value(text) !== undefined ? placeholder(text, scope) : text;
  };
}

function compileParts(parts: readonly Part[]): LoginTemplate {
  const compiled = parts.map((part): LoginTemplate => (typeof part === 'string' ? () => part : compileTemplate(part)));
  return (scope) => compiled.map((template) => template(scope)).join('');
}

/**
 * Compiles a text of `oauth_connector_input_specification`, whose language is its own: `{{ name }}`, filters behind a bar, and
 * templates inside templates (definition `OAuthConfigSpecification` of the declarative component schema). Both the compiler
 * and the template throw `LoginTemplateError`.
 */
export function loginTemplate(source: string): LoginTemplate {
  return compileParts(read(source, 0, 0).parts);
}
