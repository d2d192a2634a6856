import type { JsonObject } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import { applyParameters } from './apply-parameters.ts';
import { Problems } from './problems.ts';
import { renewSpellings } from './renew-spellings.ts';
import { validateComponent } from './validate-component.ts';

export interface LoadStreamOptions {
  /** Where it comes from, for messages: `dynamic_streams[0].stream_template`. */
  readonly path: string;
  /** Parameters of the template win over those of its components (`use_parent_parameters`; the language's default is `true`). */
  readonly useParentParameters: boolean;
}

/**
 * Makes a stream of a filled template as ready as the streams of `loadManifest`: parameters and types handed down, old
 * spellings renewed, compared with the declarations. References in the template are resolved already. Throws
 * `ConnectorError('configuration')` with everything that is wrong.
 */
export function loadStream(filled: JsonObject, { path, useParentParameters }: LoadStreamOptions): Component {
  const applied = applyParameters(filled, {
    position: 'DynamicDeclarativeStream.stream_template',
    useParentParameters,
  });
  const stream = renewSpellings(applied as Component);
  const problems = new Problems();
  validateComponent(stream, ['DeclarativeStream', 'StateDelegatingStream'], path, problems);
  problems.throwIfAny();
  return stream;
}
