import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { loginRenewal } from '../specification/login/login-renewal.ts';
import type { LoginRenewal } from '../specification/login/login-renewal.ts';
import { mostConcurrent } from './most-concurrent.ts';

/** What a connector says of itself before its source is asked: so much of a loaded manifest. It is plain JSON. */
export interface ManifestOutline {
  /** `Spec` of the manifest, when it has one. */
  readonly spec?: JsonObject;
  /** The manifest's own words about the source. */
  readonly description?: string;
  /** Names of the streams that stand in it. */
  readonly streams: readonly string[];
  /** The most requests that it has under way at once. */
  readonly concurrency: number;
  /** How its authenticators renew tokens. */
  readonly renewal: LoginRenewal;
}

/** @param manifest as `loadManifest` gives it */
export function manifestOutline(manifest: JsonObject): ManifestOutline {
  const spec = asObject(manifest['spec']);
  const description = textOf(manifest['description']);
  return {
    ...(spec && { spec }),
    ...(description !== undefined && { description }),
    streams: objectsOf(manifest['streams']).flatMap(namesOf),
    concurrency: mostConcurrent(asObject(manifest['concurrency_level'])),
    renewal: loginRenewal(manifest),
  };
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

function namesOf(stream: JsonObject): readonly string[] {
  if (stream['type'] === 'ConditionalStreams') return objectsOf(stream['streams']).flatMap(namesOf);
  const name = textOf(stream['name']);
  return name === undefined ? [] : [name];
}
