import { errors } from '../errors.ts';
import { filesOf, type ManifestReader } from './manifest-reader.ts';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';

/** Reads manifests where it is called, for workers: they answer no requests, and end with a manifest that is too heavy. */
export const manifestsHere: ManifestReader = {
  async describe(content) {
    const { describeManifest } = await import('@tributary/connectors/manifest/connector/describe-manifest');
    try {
      return describeManifest(content.manifest, filesOf(content));
    } catch (error) {
      if (error instanceof ConnectorError) throw errors.connector_manifest_invalid({ reason: error.message });
      throw error;
    }
  },
  async load(content) {
    const { loadContents } = await import('@tributary/connectors/manifest/connector/load-contents');
    const [custom, files] = [new Map(), filesOf(content)];
    return { manifest: loadContents(content.manifest, { custom, files }).manifest, custom, files };
  },
};
