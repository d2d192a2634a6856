import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { DescribedManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import { errors } from '../errors.ts';

/** A manifest as it is given and kept. */
export interface ManifestContent {
  /** YAML or JSON. */
  readonly manifest: string;
  /** Files beside it, by their paths: schemas of streams. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What is kept of a manifest beside its content. */
export type ManifestFacts = DescribedManifest['facts'];

/** @throws connector_manifest_invalid */
export type ManifestReader = (content: ManifestContent) => Promise<DescribedManifest>;

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
