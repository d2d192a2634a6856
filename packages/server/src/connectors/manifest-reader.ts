import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { errors } from '../errors.ts';

/** A manifest as it is given and kept. */
export interface ManifestContent {
  /** YAML or JSON. */
  readonly manifest: string;
  /** Files beside it, by their paths: schemas of streams. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What of a stream decides whether an older state still fits. */
export interface StreamShape {
  readonly name: string;
  readonly primaryKey: readonly (readonly string[])[];
  readonly cursorField: string | null;
  /** Names of what divides it, in their order. */
  readonly partitionedBy: readonly string[];
}

/** What is kept of a manifest beside its content. */
export interface ManifestFacts {
  /** Those that stand in the manifest; others may come from the source. */
  readonly streams: readonly StreamShape[];
  /** Classes of other languages that it names, with the streams that cannot be read for that. */
  readonly missing: readonly { readonly className: string; readonly streams: readonly string[] }[];
}

export interface ReadManifest {
  /** SHA-256 (hex) of manifest and files; the same for the same content, whatever its spelling. */
  readonly contentHash: string;
  readonly facts: ManifestFacts;
}

/** @throws connector_manifest_invalid */
export type ManifestReader = (content: ManifestContent) => Promise<ReadManifest>;

/** Reads manifests with the interpreter, which is loaded on first use. */
export const readManifest: ManifestReader = async ({ manifest, files = {} }) => {
  const { describeManifest } = await import('@tributary/connectors/manifest/connector/describe-manifest');
  try {
    return describeManifest(manifest, new Map(Object.entries(files)));
  } catch (error) {
    if (error instanceof ConnectorError) throw errors.connector_manifest_invalid({ reason: error.message });
    throw error;
  }
};
