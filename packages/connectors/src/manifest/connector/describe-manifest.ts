import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';
import { loadManifest } from '../load/load-manifest.ts';
import { checkOverrideRules } from '../check/check-rules.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { manifestHosts } from './manifest-hosts.ts';
import { signInOf } from '../specification/sign-in.ts';

/** What of a stream decides whether the state of an older version of its manifest still fits. */
export interface StreamShape {
  readonly name: string;
  /** Paths of the parts of its key. */
  readonly primaryKey: readonly (readonly string[])[];
  readonly cursorField: string | null;
  /** Fields of its partitions, in their order. */
  readonly partitionedBy: readonly string[];
}

export interface DescribedManifest {
  /** SHA-256 (hex) of manifest and files, whatever their spelling. */
  readonly contentHash: string;
  readonly facts: {
    /** Those that stand in the manifest; templates and sources may give more. */
    readonly streams: readonly StreamShape[];
    readonly missing: readonly { readonly className: string; readonly streams: readonly string[] }[];
    /** What whoever adds it should know: a sign-in that cannot be used. */
    readonly warnings: readonly string[];
    /** Where requests may go, in the words of the manifest: `api.example.com`, `{{ config['shop'] }}.example.com`. Sorted, each once. */
    readonly hosts: readonly string[];
  };
}

/** Loads a manifest and says what is in it. Throws `ConnectorError('configuration')` when it is not valid. */
export function describeManifest(
  source: string,
  files: ReadonlyMap<string, string>,
  custom: CustomComponents = new Map(),
): DescribedManifest {
  const { manifest, contentHash, missingPorts, streams } = loadManifest(source, { custom, files });
  checkOverrideRules(manifest);
  const spec = asObject(manifest['spec']);
  return {
    contentHash: files.size === 0 ? contentHash : hashOf(contentHash, files),
    facts: {
      streams: streams.flatMap(shapesOf),
      missing: missingPorts.map((port) => ({ className: port.className, streams: port.streams })),
      warnings: signInOf({ id: 'described', title: 'the manifest', spec, manifest }).warnings,
      hosts: manifestHosts(manifest),
    },
  };
}

function hashOf(manifest: string, files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update(manifest);
  for (const [path, text] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([path, text]));
  return hash.digest('hex');
}

function shapesOf(definition: JsonObject): readonly StreamShape[] {
  if (definition['type'] === 'ConditionalStreams') return objectsOf(definition['streams']).flatMap(shapesOf);
  const { name } = definition;
  return typeof name === 'string' ? [{ name, ...stateShape(definition) }] : [];
}

/** What the states of the streams in a manifest depend on, as `Stream.stateShape` has it, by their names. */
export function stateShapes(manifest: JsonObject): ReadonlyMap<string, string> {
  const shapes = objectsOf(manifest['streams']).flatMap(shapesOf);
  return new Map(
    shapes.map(({ name, cursorField, partitionedBy }) => [name, JSON.stringify([cursorField, partitionedBy])] as const),
  );
}

/** The shape of a stream as its definition has it; templates are not evaluated. */
function stateShape(definition: JsonObject): Omit<StreamShape, 'name'> {
  const incremental = asObject(definition['incremental_stream']);
  if (incremental) return stateShape(incremental);
  const cursor = asObject(definition['incremental_sync'])?.['cursor_field'];
  return {
    primaryKey: keyPaths(definition['primary_key']),
    cursorField: typeof cursor === 'string' ? cursor : null,
    partitionedBy: partitionFields(asObject(definition['retriever'])?.['partition_router']),
  };
}

const plainText = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

function keyPaths(key: Json | undefined): readonly (readonly string[])[] {
  if (typeof key === 'string') return key === '' ? [] : [[key]];
  if (!Array.isArray(key)) return [];
  return (key as readonly Json[]).map((part) => (Array.isArray(part) ? part.map(plainText) : [plainText(part)]));
}

function partitionFields(router: Json | undefined): readonly string[] {
  if (Array.isArray(router)) return (router as readonly Json[]).flatMap(partitionFields);
  const one = asObject(router);
  if (!one) return [];
  const field = one['partition_field'] ?? one['cursor_field'];
  if (typeof field === 'string') return [field];
  const parents = objectsOf(one['parent_stream_configs']).map((parent) => plainText(parent['partition_field']));
  return [
    ...parents,
    ...partitionFields(one['underlying_partition_router']),
    ...partitionFields(one['partition_routers']),
  ];
}
