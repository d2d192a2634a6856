import { sliceVariables } from '../interpolation/slice-variables.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord, RecordPlace } from '../model/records.ts';
import type { TemplateContext } from '../model/template.ts';

/** What templates of a component see that do not depend on a record: `config` and `parameters`. */
export function fixedContext(definition: Component, build: Build): TemplateContext {
  const parameters = definition.$parameters ?? {};
  return { config: build.config, parameters, options: parameters };
}

/**
 * What templates about a record see. The mapping is made once for each place (a page) and then only its `record` is exchanged: use it
 * before the next call.
 */
export function recordContext(
  definition: Component,
  build: Build,
): (record: MutableRecord, place: RecordPlace) => TemplateContext {
  const fixed = fixedContext(definition, build);
  let known: RecordPlace | undefined;
  let context: Record<string, unknown> = {};
  return (record, place) => {
    if (place !== known) {
      known = place;
      context = { ...fixed, ...sliceVariables(place.slice), next_page_token: place.token ?? null };
    }
    context['record'] = record;
    return context;
  };
}
