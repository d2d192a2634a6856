import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { CliError } from '../exit-codes.ts';

/** Schemas beside a manifest; what is larger or more is hardly one. */
const MOST_FILES = 2_000;
const MOST_BYTES = 50 * 1024 * 1024;

/** Makes a connector of a manifest, with the JSON files of its folder. Throws `CliError`. */
export async function loadManifestFile(path: string): Promise<Connector> {
  const manifest = await readFile(path, 'utf8').catch(() => {
    throw new CliError('usage', `--manifest ${path}: it cannot be read.`);
  });
  const { manifestConnector } = await import('@tributary/connectors/manifest/connector/manifest-connector');
  const files = await jsonFilesIn(dirname(path));
  try {
    return manifestConnector({ id: idOf(path), manifest, files });
  } catch (error) {
    if (error instanceof ConnectorError) throw new CliError('usage', `--manifest ${path}: ${error.message}`);
    throw error;
  }
}

/** `source-pokeapi/manifest.yaml` gives `pokeapi`, as does `source-pokeapi.yaml`. */
function idOf(path: string): string {
  const file = basename(path, extname(path));
  const name = file === 'manifest' ? basename(dirname(path)) : file;
  const id = name
    .toLowerCase()
    .replace(/^source[-_]/, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return id === '' ? 'manifest' : id;
}

/** Texts by their paths from the folder, with `/` between the parts. Links are not followed. */
async function jsonFilesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const folders = [folder];
  let bytes = 0;
  for (
    let next = folders.pop();
    next !== undefined && files.size < MOST_FILES && bytes < MOST_BYTES;
    next = folders.pop()
  ) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') folders.push(path);
      if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      bytes += text.length;
      files.set(relative(folder, path).split(sep).join('/'), text);
    }
  }
  return files;
}
