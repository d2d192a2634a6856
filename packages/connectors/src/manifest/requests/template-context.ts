import { sliceVariables } from '../interpolation/slice-variables.ts';
import type { RequestPlace } from '../model/request.ts';
import type { TemplateContext } from '../model/template.ts';

/**
 * What templates of a request see: configuration, parameters, the slice under its three names and its extra fields by their own
 * names, the page token. Source: the CDK's `get_interpolation_context`.
 */
export const requestContext = (fixed: TemplateContext, place: RequestPlace): TemplateContext => ({
  ...fixed,
  ...sliceVariables(place.slice),
  next_page_token: place.token ?? null,
  ...place.slice.extraFields,
  ...place.variables,
});
