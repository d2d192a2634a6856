import type { DescribedManifest } from '@tributary/connectors/manifest/connector/describe-manifest';

/** A manifest as it is given and kept. */
export interface ManifestContent {
  /** YAML or JSON. */
  readonly manifest: string;
  /** Files beside it, by their paths: schemas of streams. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What is shown of a manifest beside its content. */
export type ManifestFacts = DescribedManifest['facts'];
