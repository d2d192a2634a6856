import type { Json } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { TemplateContext } from '../model/template.ts';
import { fieldPath } from './field-path.ts';
import type { FieldPath } from './field-path.ts';
import { plainTexts } from './plain-texts.ts';

/** A path whose segments may be templates of `config` and `parameters`; they are evaluated once, here. */
export function pathOfTemplates(segments: Json | undefined, context: TemplateContext): FieldPath {
  return fieldPath(plainTexts(segments).map((text) => interpolatedText(text).evaluate(context)));
}
