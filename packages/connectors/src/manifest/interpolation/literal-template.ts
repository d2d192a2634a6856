import type { TemplateContext } from '../model/template.ts';
import { Fuel } from './fuel.ts';
import { NOT_PLAIN, plainValue } from './plain-value.ts';
import { PyUndefined } from './py-undefined.ts';
import { pythonLiteral } from './python-literal.ts';
import { pythonText } from './python-text.ts';
import { isTemplate, plainText, textTemplate } from './text-template.ts';
import type { Outcome } from './text-template.ts';
import { isOfType } from './valid-type.ts';
import type { ValidType } from './valid-type.ts';

/** What a template gave, read as a Python literal. */
export type Found =
  /** A value of Python; texts that are no literal are themselves. */
  | { readonly type: 'literal'; readonly value: unknown }
  | { readonly type: 'empty' }
  | { readonly type: 'undefined'; readonly reason: string };

export interface LiteralTemplate {
  readonly isConstant: boolean;
  /** What `finish` makes of the result, with the fuel that is left. Throws `ConnectorError('configuration')`. */
  evaluate<Result>(context: TemplateContext, finish: (found: Found, fuel: Fuel) => Result): Result;
}

const EMPTY: Found = { type: 'empty' };

/**
 * A template whose text is read as Python's `ast.literal_eval` does. A single expression whose value is no text is not written
 * and read again: that gives the same. Texts without tags are read once.
 */
export function literalTemplate(source: string, validTypes?: readonly ValidType[]): LiteralTemplate {
  if (!isTemplate(source)) {
    const found = readText(plainText(source), validTypes, new Fuel());
    return { isConstant: true, evaluate: (_, finish) => finish(found, new Fuel()) };
  }
  const template = textTemplate(source);
  return {
    isConstant: false,
    evaluate: (context, finish) =>
      template.evaluate(context, (outcome, fuel) => finish(readOutcome(outcome, validTypes, fuel), fuel)),
  };
}

function readOutcome(outcome: Outcome, validTypes: readonly ValidType[] | undefined, fuel: Fuel): Found {
  if (outcome.type === 'undefined') return outcome;
  return outcome.type === 'text'
    ? readText(outcome.text, validTypes, fuel)
    : readValue(outcome.value, validTypes, fuel);
}

function readText(text: string, validTypes: readonly ValidType[] | undefined, fuel: Fuel): Found {
  if (text === '') return EMPTY;
  // Where only a text is wanted nothing is read: `"a"` keeps its quotes.
  if (validTypes?.every((type) => type === 'string')) return { type: 'literal', value: text };
  const literal = pythonLiteral(text, fuel);
  const isWanted = literal !== undefined && isLiteral(literal, fuel) && (!validTypes || isOfType(literal, validTypes));
  return { type: 'literal', value: isWanted ? literal : text };
}

function readValue(value: unknown, validTypes: readonly ValidType[] | undefined, fuel: Fuel): Found {
  if (typeof value === 'string') return readText(value, validTypes, fuel);
  if (value instanceof PyUndefined) return EMPTY;
  // What cannot be written as a literal stays its text, dates for example.
  const isWanted = validTypes ? isOfType(value, validTypes) : true;
  if (isWanted && isLiteral(value, fuel)) return { type: 'literal', value };
  return { type: 'literal', value: pythonText(value, fuel) };
}

const isLiteral = (value: unknown, fuel: Fuel): boolean =>
  typeof value !== 'object'
    ? typeof value !== 'number' || Number.isFinite(value)
    : value === null || plainValue(value, fuel) !== NOT_PLAIN;
