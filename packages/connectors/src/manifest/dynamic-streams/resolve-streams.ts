import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { sliceVariables } from '../interpolation/slice-variables.ts';
import { templateContext } from '../interpolation/template-context.ts';
import { loadStream } from '../load/load-stream.ts';
import { renewSpellings } from '../load/renew-spellings.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { buildComponentMapping } from './component-mapping.ts';
import type { ComponentMapping } from './component-mapping.ts';
import { componentsValues } from './components-values.ts';
import { TemplateDraft } from './template-draft.ts';

/** A stream that a template became, or why it did not. */
export type ResolvedStream =
  | { readonly type: 'stream'; readonly definition: Component; readonly name: string }
  | { readonly type: 'broken'; readonly name: string; readonly error: ConnectorError };

/**
 * The streams of a `DynamicDeclarativeStream`, in the order of its resolver, with parameters handed down. What cannot be made
 * of one element does not keep the others away. Throws `ConnectorError` when the resolver itself does not work.
 */
export async function* resolveStreams(dynamic: Component, name: string, build: Build): AsyncGenerator<ResolvedStream> {
  const resolver = renewSpellings(dynamic['components_resolver'] as Component);
  const template = dynamic['stream_template'] as JsonObject;
  const mappings = mappingsOf(resolver);
  const fixed = { ...templateContext(build, resolver), stream_template_config: template };
  const parentsWin = dynamic['use_parent_parameters'] !== false;
  let index = 0;
  for await (const { values, slice } of componentsValues(resolver, build, name)) {
    const context = { ...fixed, ...sliceVariables(slice), components_values: values };
    try {
      const definition = resolveStream(template, mappings, context, parentsWin);
      yield { type: 'stream', definition, name: nameOf(definition, name) };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      yield { type: 'broken', name: `${name}[${index}]`, error };
    }
    index += 1;
  }
}

function mappingsOf(resolver: Component): readonly ComponentMapping[] {
  const mappings = resolver['components_mapping'];
  // What a source says is no YAML of a manifest's author.
  const yaml = resolver.type !== 'HttpComponentsResolver';
  return (Array.isArray(mappings) ? (mappings as readonly Json[]) : []).map((mapping) =>
    buildComponentMapping(mapping as Component, { yaml }),
  );
}

/** One stream: the template, which stays as it is, with the values of `context` in their places. */
export function resolveStream(
  template: JsonObject,
  mappings: readonly ComponentMapping[],
  context: TemplateContext,
  parentsWin: boolean,
): Component {
  const draft = new TemplateDraft(template);
  for (const mapping of mappings) mapping.apply(draft, context);
  return loadStream(draft.result as JsonObject, { path: 'stream_template', useParentParameters: parentsWin });
}

function nameOf(definition: Component, dynamic: string): string {
  const { name } = definition;
  if (typeof name === 'string' && name !== '') return name;
  throw new ConnectorError(
    'configuration',
    `A stream of the dynamic streams "${dynamic}" has no name that is a text; map one to the field path ["name"].`,
  );
}
