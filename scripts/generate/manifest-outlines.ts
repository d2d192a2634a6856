import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadManifest } from '@tributary/connectors/manifest/load/load-manifest';
import { manifestOutline } from '@tributary/connectors/manifest/connector/manifest-outline';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** For each source of ours that has a manifest, the file that its lists and forms are made of. */
export function manifestOutlines(): Readonly<Record<string, () => string>> {
  const manifests = globSync('packages/connectors/src/sources/*/manifest.yaml', { cwd: root }).toSorted();
  return Object.fromEntries(manifests.map((path) => [join(dirname(path), 'outline.json'), () => outlineOf(path)]));
}

function outlineOf(path: string): string {
  const { manifest } = loadManifest(readFileSync(join(root, path), 'utf8'), { custom: new Map() });
  const outline = manifestOutline(manifest);
  if (outline.spec?.['advanced_auth'] !== undefined)
    throw new Error(`${path}: sources of ours sign in by a provider of ours; give \`oauth\` in its index.ts`);
  return `${JSON.stringify(outline, null, 2)}\n`;
}
