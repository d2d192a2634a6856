import type { Connector } from '../../kit/connector.ts';
import { readShippedFile } from '../../kit/shipped-file.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import type { ManifestOutline } from './manifest-outline.ts';
import type { ManifestParts } from './open-manifest.ts';
import { type ConnectorWords, outlinedConnector } from './outlined-connector.ts';

interface ShippedOptions extends ConnectorWords {
  /** Ports of its Python classes. */
  readonly custom?: CustomComponents;
}

/**
 * A source of ours that is described by the `manifest.yaml` in its folder. That is read when the source is asked; lists and forms do
 * with `outline.json`, which is generated from it. A sign-in is that of `oauth`, never one of the manifest's own.
 * @param folder `import.meta.dirname` of the source's `index.ts`
 */
export async function shippedManifest(folder: string, { custom, ...words }: ShippedOptions): Promise<Connector> {
  const outline = JSON.parse(await readShippedFile(folder, 'outline.json')) as ManifestOutline;
  let loaded: Promise<ManifestParts> | undefined;
  const load = async (): Promise<ManifestParts> => {
    const { loadParts } = await import('./load-parts.ts');
    return loadParts({ manifest: await readShippedFile(folder, 'manifest.yaml'), ...(custom && { custom }) });
  };
  const parts = (): Promise<ManifestParts> => {
    const asked = (loaded ??= load());
    // What failed is tried again.
    asked.catch(() => (loaded = undefined));
    return asked;
  };
  return outlinedConnector({ words, outline, signIn: { warnings: [] }, parts });
}
