import type { Json, JsonObject } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { applyParameters } from './apply-parameters.ts';
import { contentHash } from './content-hash.ts';
import { ineffectiveDependencies } from './ineffective-dependencies.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { missingPorts } from './missing-ports.ts';
import type { MissingPort } from './missing-ports.ts';
import { Problems } from './problems.ts';
import { readManifest } from './read-manifest.ts';
import { renewSpellings } from './renew-spellings.ts';
import { resolveReferences } from './resolve-references.ts';
import { validateComponent } from './validate-component.ts';
import { versionWarnings } from './version-warnings.ts';

export interface LoadManifestOptions {
  /** The ports that there are. */
  readonly custom: CustomComponents;
  /** Files beside the manifest, by their paths. */
  readonly files?: ReadonlyMap<string, string>;
}

/** What a manifest says of the configuration, as it is written there. */
export interface ManifestSpecification {
  /** A JSON schema; `{}` when the manifest has none. */
  readonly connectionSpecification: JsonObject;
  readonly documentationUrl?: string;
  readonly advancedAuth?: JsonObject;
}

export interface LoadedManifest {
  /** The whole, ready to be built. Parts of it are shared: it must not be changed. */
  readonly manifest: Component;
  readonly specification: ManifestSpecification;
  /** `DeclarativeStream`, `ConditionalStreams` and `StateDelegatingStream`, in the manifest's order. */
  readonly streams: readonly Component[];
  readonly dynamicStreams: readonly Component[];
  readonly check: Component;
  /** The version of the Python CDK that the manifest was written for. */
  readonly version: string;
  readonly missingPorts: readonly MissingPort[];
  /** For people, about what does not stop the manifest. */
  readonly warnings: readonly string[];
  /** SHA-256 of what was read, whatever its spacing, comments and order of keys. */
  readonly contentHash: string;
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Loads a manifest: reads it (YAML or JSON as text, or an object), resolves references, hands parameters and types down, renews
 * old spellings, and compares the result with the declarations of components. Throws `ConnectorError('configuration')` that
 * lists what is wrong, where, and what to write instead. Classes without a port take only their streams down (`missingPorts`).
 */
export function loadManifest(source: string | JsonObject, options: LoadManifestOptions): LoadedManifest {
  const read = readManifest(source);
  const resolved = resolveReferences(read);
  const typed: JsonObject = { ...resolved, type: resolved['type'] ?? 'DeclarativeSource' };
  const manifest = renewSpellings(applyParameters(typed) as Component);
  const problems = new Problems();
  validateComponent(manifest, ['DeclarativeSource'], '', problems);
  if (manifest['streams'] === undefined && manifest['dynamic_streams'] === undefined) {
    problems.add('', 'needs `streams` or `dynamic_streams`');
  }
  const missing = missingPorts(manifest, options.custom, problems);
  problems.throwIfAny();
  const version = manifest['version'] as string;
  return {
    manifest,
    specification: specificationOf(manifest['spec']),
    streams: componentsOf(manifest['streams']),
    dynamicStreams: componentsOf(manifest['dynamic_streams']),
    check: manifest['check'] as Component,
    version,
    missingPorts: missing,
    warnings: [...versionWarnings(version), ...ineffectiveDependencies(manifest)],
    contentHash: contentHash(read),
    files: options.files ?? new Map(),
  };
}

const componentsOf = (value: Json | undefined): readonly Component[] =>
  (value ?? []) as unknown as readonly Component[];

function specificationOf(spec: Json | undefined): ManifestSpecification {
  if (!isJsonObject(spec)) return { connectionSpecification: {} };
  const { connection_specification, documentation_url, documentationUrl, advanced_auth } = spec;
  // Some manifests spell it as the protocol does.
  const url = documentation_url ?? documentationUrl;
  return {
    connectionSpecification: isJsonObject(connection_specification) ? connection_specification : {},
    ...(typeof url === 'string' && { documentationUrl: url }),
    ...(isJsonObject(advanced_auth) && { advancedAuth: advanced_auth }),
  };
}
