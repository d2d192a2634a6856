import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestStream } from '../model/stream.ts';
import { declarativeStream } from './declarative-stream.ts';
import { stateDelegatingStream } from './state-delegating-stream.ts';

/**
 * Builds a stream of a manifest with everything below it: a `DeclarativeStream` or a `StateDelegatingStream`. Throws
 * `ConnectorError('configuration')` that names the stream.
 */
export function buildStream(definition: Component, build: Build): ManifestStream {
  return definition.type === 'StateDelegatingStream'
    ? stateDelegatingStream(definition, build)
    : declarativeStream(definition, build);
}
