import type { Json } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { TemplateContext } from '../model/template.ts';

/**
 * What a field renders to, as the text that was rendered (a key that looks like a number stays as it is); `undefined` when it is
 * absent, empty, or renders to nothing or `None`.
 */
export function renderedText(given: Json | undefined, context: TemplateContext): string | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  if (typeof given !== 'string') return pythonText(given);
  const value = interpolatedString(given, { validTypes: ['string'] }).evaluate(context);
  return value === null || value === '' || value === 'None' ? undefined : pythonText(value);
}
