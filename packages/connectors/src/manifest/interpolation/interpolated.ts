import type { Json, JsonObject } from '../../kit/json.ts';
import type { Interpolated } from '../model/template.ts';
import type { Fuel } from './fuel.ts';
import { keyText } from './json-text.ts';
import { literalTemplate } from './literal-template.ts';
import type { LiteralTemplate } from './literal-template.ts';
import { isMapping, mappingSize } from './mapping.ts';
import { asFloat, isNumber } from './numbers.ts';
import { plainOrText } from './plain-or-text.ts';
import { setOwn } from './plain-value.ts';
import { PyTuple } from './py-tuple.ts';
import { pythonText } from './python-text.ts';
import { TemplateFault } from './template-fault.ts';
import type { ValidType } from './valid-type.ts';

export interface StringOptions {
  /** Takes the place of an empty result, and of one that uses an undefined value; a text is a template itself. */
  readonly default?: unknown;
  /** Results of other types stay the text that they were written as. */
  readonly validTypes?: readonly ValidType[];
}

/**
 * A template whose result is read as a Python literal, as the manifest language does (`InterpolatedString`): `{{ 1 }}` gives 1,
 * `"[1, 2]"` a list, `007` stays a text. Without a default an empty result is `''`, and one that uses an undefined value `null`.
 * Throws `ConnectorError('configuration')` when the template is not well formed.
 */
export function interpolatedString(source: string, options: StringOptions = {}): Interpolated<unknown> {
  const template = literalTemplate(source, options.validTypes);
  const otherwise =
    typeof options.default === 'string' ? literalTemplate(options.default, options.validTypes) : undefined;
  const hasDefault = options.default !== undefined;
  return {
    isConstant: template.isConstant && (otherwise?.isConstant ?? true),
    evaluate: (context) =>
      template.evaluate(context, (found, fuel) => {
        if (found.type === 'literal') return plainOrText(found.value, fuel);
        if (otherwise) return otherwise.evaluate(context, plainDefault);
        if (hasDefault) return options.default;
        return found.type === 'empty' ? '' : null;
      }),
  };
}

type Found = Parameters<Parameters<LiteralTemplate['evaluate']>[1]>[0];

function plainDefault(found: Found, fuel: Fuel): unknown {
  if (found.type === 'undefined') throw new TemplateFault('value', found.reason);
  return found.type === 'empty' ? '' : plainOrText(found.value, fuel);
}

/**
 * The text of a template's value as Python's `str()` writes it, for URLs and header values: `{{ '1e3' }}` gives `1000.0`. Throws
 * `ConnectorError('configuration')`, also when something of an undefined value is used.
 */
export function interpolatedText(source: string): Interpolated<string> {
  const template = literalTemplate(source);
  return {
    isConstant: template.isConstant,
    evaluate: (context) =>
      template.evaluate(context, (found, fuel) => {
        if (found.type === 'undefined') throw new TemplateFault('value', found.reason);
        return found.type === 'empty' ? '' : pythonText(found.value, fuel);
      }),
  };
}

const FALSE_TEXTS: ReadonlySet<string> = new Set(['False', 'false', '{}', '[]', '()', '', '0', '0.0', 'set()']);

/**
 * A condition: false for an empty or undefined result, and for False, 0, and empty lists and mappings, also as texts; true for
 * anything else, None included (`InterpolatedBoolean`).
 */
export function interpolatedBoolean(source: string | boolean): Interpolated<boolean> {
  if (typeof source === 'boolean') return { isConstant: true, evaluate: () => source };
  const template = literalTemplate(source);
  return {
    isConstant: template.isConstant,
    evaluate: (context) =>
      template.evaluate(context, (found, fuel) => found.type === 'literal' && !isFalse(found.value, fuel)),
  };
}

function isFalse(value: unknown, fuel: Fuel): boolean {
  if (typeof value === 'string') return FALSE_TEXTS.has(value);
  if (isNumber(value)) return asFloat(value) === 0;
  if (Array.isArray(value)) return value.length === 0;
  return value instanceof PyTuple ? value.items.length === 0 : isMapping(value) && mappingSize(value, fuel) === 0;
}

export interface MappingOptions {
  /** Of values that are texts; results of other types stay texts. Query parameters take `['string', 'list']`. */
  readonly validTypes?: readonly ValidType[];
}

/**
 * A mapping with templates as keys and values, for query, headers and form fields (`InterpolatedMapping`). Keys stay texts;
 * a value that is empty or uses an undefined value is `null`; values that are no texts stay as they are.
 */
export function interpolatedMapping(
  source: JsonObject,
  options: MappingOptions = {},
): Interpolated<Record<string, Json>> {
  const entries = Object.entries(source).map(([key, value]) => ({
    key: interpolatedKey(key, ['string']),
    value:
      value === undefined
        ? constant(null)
        : typeof value === 'string'
          ? nullable(value, options.validTypes)
          : constant(value),
  }));
  return {
    isConstant: entries.every(({ key, value }) => key.isConstant && value.isConstant),
    evaluate(context) {
      const made: Record<string, Json> = {};
      for (const { key, value } of entries) setOwn(made, key.evaluate(context), value.evaluate(context));
      return made;
    },
  };
}

/**
 * JSON with templates as keys and texts at any depth, for JSON bodies (`InterpolatedNestedMapping`). Members whose value becomes
 * None are left out.
 */
export function interpolatedNested(source: Json): Interpolated<Json> {
  if (typeof source === 'string') return nullable(source);
  if (typeof source !== 'object' || source === null) return constant(source);
  return isList(source) ? nestedList(source) : nestedObject(source);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function nestedList(source: readonly Json[]): Interpolated<Json> {
  const items = source.map(interpolatedNested);
  return {
    isConstant: items.every((item) => item.isConstant),
    evaluate: (context) => items.map((item) => item.evaluate(context)),
  };
}

function nestedObject(source: JsonObject): Interpolated<Json> {
  const entries = Object.entries(source).map(([key, value]) => ({
    key: interpolatedKey(key),
    value: interpolatedNested(value ?? null),
  }));
  return {
    isConstant: entries.every(({ key, value }) => key.isConstant && value.isConstant),
    evaluate(context) {
      const made: Record<string, Json> = {};
      for (const { key, value } of entries) {
        const result = value.evaluate(context);
        if (result !== null) setOwn(made, key.evaluate(context), result);
      }
      return made;
    },
  };
}

const constant = <Value>(value: Value): Interpolated<Value> => ({ isConstant: true, evaluate: () => value });

function nullable(source: string, validTypes?: readonly ValidType[]): Interpolated<Json> {
  const template = literalTemplate(source, validTypes);
  return {
    isConstant: template.isConstant,
    evaluate: (context) =>
      template.evaluate(context, (found, fuel) => (found.type === 'literal' ? plainOrText(found.value, fuel) : null)),
  };
}

function interpolatedKey(source: string, validTypes?: readonly ValidType[]): Interpolated<string> {
  const template = literalTemplate(source, validTypes);
  return {
    isConstant: template.isConstant,
    evaluate: (context) =>
      template.evaluate(context, (found) => (found.type === 'literal' ? keyText(found.value) : '')),
  };
}
