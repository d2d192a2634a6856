import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CliError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** A manifest with the files beside it, and where it came from. */
export interface FetchedManifest {
  readonly manifest: string;
  /** By their paths from the manifest's folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly origin: string;
  /** A name for the connector, made of the place: `source-pokeapi` gives `pokeapi`. */
  readonly name: string;
}

/** The public registry of Airbyte connectors; `TRIBUTARY_CONNECTOR_REGISTRY` names another one. */
const REGISTRY = 'https://connectors.airbyte.com/files/metadata/airbyte/{name}/{version}/manifest.yaml';
const MOST_BYTES = 2 * 1024 * 1024;
const PATIENCE_MS = 30_000;

/**
 * Reads a manifest from where the caller says: a file (with the JSON files below its folder's `schemas`), an `http(s)` address, or
 * `registry:name[@version]`. Throws CliError('usage') when there is none.
 */
export async function fetchManifest(terminal: Terminal, place: string): Promise<FetchedManifest> {
  if (place.startsWith('registry:')) return fromRegistry(terminal, place);
  if (/^https?:\/\//i.test(place)) return fromAddress(terminal, place, place);
  return fromFile(place);
}

async function fromFile(path: string): Promise<FetchedManifest> {
  const manifest = await readText(path);
  const folder = dirname(resolve(path));
  const file = basename(path).replace(/\.[^.]*$/, '');
  const named = file === 'manifest' ? basename(folder) : file;
  return { manifest, files: await filesBeside(folder), origin: basename(path), name: connectorName(named) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new CliError('usage', `${path} cannot be read (${code}); give a file, an address or registry:name.`);
  }
}

/** Schemas of streams lie in `schemas`, beside the manifest or in the folder of a package of the source. */
async function filesBeside(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const schemas = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.json') && basename(entry.parentPath) === 'schemas',
  );
  const files = schemas.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(folder, path).replaceAll('\\', '/'), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

function fromRegistry(terminal: Terminal, place: string): Promise<FetchedManifest> {
  const [, given = '', version = 'latest'] = /^registry:([\w-]+)(?:@([\w.-]+))?$/.exec(place) ?? [];
  if (given === '') throw new CliError('usage', `${place}: write it like registry:pokeapi or registry:pokeapi@1.2.3.`);
  const name = given.startsWith('source-') ? given : `source-${given}`;
  const template = terminal.env['TRIBUTARY_CONNECTOR_REGISTRY'] || REGISTRY;
  const address = template.replaceAll('{name}', name).replaceAll('{version}', version);
  return fromAddress(terminal, address, place, name);
}

async function fromAddress(
  terminal: Terminal,
  address: string,
  origin: string,
  name?: string,
): Promise<FetchedManifest> {
  const signal = AbortSignal.any([terminal.signal, AbortSignal.timeout(PATIENCE_MS)]);
  let manifest: string;
  try {
    const answer = await fetch(address, { signal, redirect: 'follow' });
    if (!answer.ok) throw new CliError('usage', `${address} answered ${answer.status}; is there such a manifest?`);
    manifest = await boundedText(answer, address);
  } catch (error) {
    terminal.signal.throwIfAborted();
    if (error instanceof CliError) throw error;
    throw new CliError('usage', `${address} cannot be reached; download the manifest and give the file.`);
  }
  const path = new URL(address).pathname.split('/').filter((part) => part !== '');
  const file = (path.at(-1) ?? '').replace(/\.[^.]*$/, '');
  const named = file === 'manifest' ? path.findLast((part) => part.startsWith('source-')) : file;
  return { manifest, files: {}, origin, name: connectorName(name ?? named ?? '') };
}

async function boundedText(answer: Response, address: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body ?? []) {
    size += piece.byteLength;
    if (size > MOST_BYTES) throw new CliError('usage', `${address} is larger than 2 MB, which no manifest is.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const connectorName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^source-/, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
