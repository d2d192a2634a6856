import { sliceVariables } from '../interpolation/slice-variables.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestPlace } from '../model/request.ts';
import type { TemplateContext } from '../model/template.ts';

/** What templates see that do not depend on a request. */
export const staticContext = (definition: Component, build: Pick<Build, 'config'>): TemplateContext => {
  const parameters = definition.$parameters ?? {};
  return { config: build.config, parameters, options: parameters };
};

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
