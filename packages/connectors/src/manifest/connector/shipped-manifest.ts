import type { Connector } from '../../kit/connector.ts';
import { readShippedFile } from '../../kit/shipped-file.ts';
import { manifestConnector } from './manifest-connector.ts';
import type { ManifestConnectorOptions } from './manifest-connector.ts';

/**
 * A source of ours that is described by the `manifest.yaml` in its folder.
 * @param folder `import.meta.dirname` of the source's `index.ts`
 */
export async function shippedManifest(
  folder: string,
  options: Omit<ManifestConnectorOptions, 'manifest' | 'files'>,
): Promise<Connector> {
  return manifestConnector({ ...options, manifest: await readShippedFile(folder, 'manifest.yaml') });
}
