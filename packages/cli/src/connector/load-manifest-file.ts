import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { CliError } from '../exit-codes.ts';

/** Schemas beside a manifest; what is larger or more is hardly one. */
const MOST_FILES = 2_000;
const MOST_BYTES = 50 * 1024 * 1024;

export interface ManifestFolder {
  /** The manifest's file. */
  readonly path: string;
  readonly folder: string;
  readonly id: string;
  readonly manifest: string;
  /** JSON files by their paths from the folder. */
  readonly files: ReadonlyMap<string, string>;
}

/** Makes a connector of a manifest, with the JSON files of its folder. Throws `CliError`. */
export async function loadManifestFile(path: string): Promise<Connector> {
  return connectorOf(await readManifestFolder(path, `--manifest ${path}`));
}

/** Reads a manifest and what lies beside it. Throws `CliError` whose words begin with `named`. */
export async function readManifestFolder(path: string, named = path): Promise<ManifestFolder> {
  const manifest = await readFile(path, 'utf8').catch(() => {
    throw new CliError('usage', `${named}: it cannot be read.`);
  });
  const folder = dirname(path);
  return { path, folder, id: idOf(path), manifest, files: await jsonFilesIn(folder) };
}

/** `manifest` instead of what the file says, when it is changed for a trial. Throws `CliError`. */
export async function connectorOf(
  { path, id, files, manifest: written }: ManifestFolder,
  manifest: string | JsonObject = written,
): Promise<Connector> {
  const { manifestConnector } = await import('@tributary/connectors/manifest/connector/manifest-connector');
  try {
    return manifestConnector({ id, manifest, files });
  } catch (error) {
    if (error instanceof ConnectorError) throw new CliError('usage', `The manifest ${path}: ${error.message}`);
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
