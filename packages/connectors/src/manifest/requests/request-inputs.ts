import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedMapping } from '../interpolation/interpolated.ts';
import type { TemplateContext } from '../model/template.ts';

type Fields = Readonly<Record<string, Json>>;
type Evaluate = (context: TemplateContext) => Fields;

/**
 * Query parameters or form fields: names and values are templates. What renders to nothing is left out; a list stays one, everything
 * else is the text that was rendered (CDK `InterpolatedRequestInputProvider` with `str` and `list` as valid types).
 */
export function fieldInputs(source: JsonObject): Evaluate {
  const mapping = interpolatedMapping(source, { validTypes: ['string', 'list'] });
  return (context) => kept(mapping.evaluate(context), (value) => value !== null);
}

/** Header fields, as the text that was rendered: `1.0` must not become 1. What renders to nothing or `None` is left out. */
export function headerInputs(source: JsonObject): Evaluate {
  const mapping = interpolatedMapping(source, { validTypes: ['string'] });
  return (context) => kept(mapping.evaluate(context), (value) => value !== null && value !== 'None');
}

const kept = (fields: Fields, keeps: (value: Json) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => keeps(value)));
