import type { JsonObject, Json } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { loginRenewal } from '../specification/login/login-renewal.ts';
import type { LoginRenewal } from '../specification/login/login-renewal.ts';
import { mostConcurrent } from './most-concurrent.ts';

/**
 * What a source shows of its manifest before anything is read: enough to list it, and to take its settings. It is JSON, so that it
 * can be kept beside the manifest, which is long and slow to read.
 */
export interface ManifestFace {
  readonly title?: string;
  readonly description?: string;
  /** `spec`, when there is one. */
  readonly spec?: JsonObject;
  /** Requests under way at once at most. */
  readonly concurrency: number;
  /** Of the streams that stand in the manifest. */
  readonly streams: readonly string[];
  readonly renewal: LoginRenewal;
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const streamNames = (stream: JsonObject): readonly string[] => {
  if (stream['type'] === 'ConditionalStreams') return objectsOf(stream['streams']).flatMap(streamNames);
  const name = textOf(stream['name']);
  return name === undefined ? [] : [name];
};

/** The face of a manifest that is loaded. */
export function manifestFace(manifest: JsonObject): ManifestFace {
  const spec = asObject(manifest['spec']);
  const title = textOf(asObject(spec?.['connection_specification'])?.['title']);
  const description = textOf(manifest['description']);
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(spec && { spec }),
    concurrency: mostConcurrent(asObject(manifest['concurrency_level'])),
    streams: objectsOf(manifest['streams']).flatMap(streamNames),
    renewal: loginRenewal(manifest),
  };
}
