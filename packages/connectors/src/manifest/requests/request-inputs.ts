import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { Interpolated, TemplateContext } from '../model/template.ts';

type Fields = Readonly<Record<string, Json>>;
type Evaluate<Result> = (context: TemplateContext) => Result;

/** Values of query and form: a list stays one, everything else is text, as the template wrote it. */
const TEXT_OR_LIST = { validTypes: ['string', 'list'] } as const;

/**
 * Query parameters or form fields: names and values are templates. What renders to nothing is left out; numbers and booleans
 * stay the text that was rendered (CDK `InterpolatedRequestInputProvider` with `str` and `list` as valid types).
 */
export function fieldInputs(source: JsonObject): Evaluate<Fields> {
  return compiled(source, (value) => interpolatedString(value, TEXT_OR_LIST));
}

/** Header fields: every value becomes text as Python writes it; `None` is left out. */
export function headerInputs(source: JsonObject): Evaluate<Fields> {
  const evaluate = compiled(source, (value) => interpolatedString(value));
  return (context) => mapValues(evaluate(context), (value) => pythonText(value));
}

function compiled(source: JsonObject, compile: (value: string) => Interpolated): Evaluate<Fields> {
  const entries = Object.entries(source).map(([name, value]) => ({
    name: interpolatedString(name, { validTypes: ['string'] }),
    value: typeof value === 'string' ? compile(value) : constant(value ?? null),
  }));
  if (entries.length === 0) return () => ({});
  return (context) =>
    Object.fromEntries(
      entries.flatMap(({ name, value }) => {
        const result = value.evaluate(context);
        return result === null || result === undefined
          ? []
          : [[pythonText(name.evaluate(context)), result as Json] as const];
      }),
    );
}

const constant = (value: Json): Interpolated => ({ isConstant: true, evaluate: () => value });

const mapValues = (fields: Fields, change: (value: Json) => Json): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
