import type { Connector } from '../../kit/connector.ts';
import { readShippedFile } from '../../kit/shipped-file.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import type { ManifestOutline } from './manifest-outline.ts';
import type { ManifestContents } from './open-manifest.ts';
import { type ConnectorWords, outlinedConnector } from './outlined-connector.ts';

interface ShippedOptions extends ConnectorWords {
  /** Ports of its Python classes. */
  readonly custom?: CustomComponents;
}

/**
 * A source of ours that is described by the `manifest.yaml` in its folder. That is read when the source is asked; lists and forms do
 * with `outline.json`, which is generated from it.
 * @param folder `import.meta.dirname` of the source's `index.ts`
 */
export async function shippedManifest(
  folder: string,
  { custom = new Map(), ...words }: ShippedOptions,
): Promise<Connector> {
  const outline = JSON.parse(await readShippedFile(folder, 'outline.json')) as ManifestOutline;
  let loaded: Promise<ManifestContents> | undefined;
  const read = async (): Promise<ManifestContents> => {
    const { loadContents } = await import('./load-contents.ts');
    const { manifest } = loadContents(await readShippedFile(folder, 'manifest.yaml'), { custom });
    return { manifest, custom, files: new Map() };
  };
  const load = (): Promise<ManifestContents> => {
    const asked = (loaded ??= read());
    // What failed is tried again.
    asked.catch(() => (loaded = undefined));
    return asked;
  };
  return outlinedConnector({ words, outline, load });
}
