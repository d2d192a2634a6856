import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { connectorOf, type ManifestFolder, readManifestFolder } from './load-manifest-file.ts';
import { manifestIn } from './recording-folder.ts';

/** A manifest as its author works on it. */
export interface AuthorFolder extends ManifestFolder {
  readonly connector: Connector;
  /** Takes stand-ins for secrets, whatever the specification asks of these. */
  readonly lenient: Connector;
  readonly specification: JsonObject;
  /** Definitions of the streams, by their names. */
  readonly definitions: ReadonlyMap<string, JsonObject>;
}

/** Loads the manifest of a folder, or the one that is named. Throws `CliError`. */
export async function openAuthorFolder(place: string): Promise<AuthorFolder> {
  const read = await readManifestFolder(await manifestIn(place));
  const connector = await connectorOf(read);
  const { loadManifest } = await import('@tributary/connectors/manifest/load/load-manifest');
  const { readManifest } = await import('@tributary/connectors/manifest/load/read-manifest');
  const { withLenientSecrets } = await import('@tributary/connectors/recording/lenient-secrets');
  const { specification, streams } = loadManifest(read.manifest, { custom: new Map(), files: read.files });
  const named = streams.flatMap((stream): (readonly [string, JsonObject])[] => {
    const { name } = stream as JsonObject;
    return typeof name === 'string' ? [[name, stream as JsonObject]] : [];
  });
  return {
    ...read,
    connector,
    lenient: await connectorOf(read, withLenientSecrets(readManifest(read.manifest))),
    specification: specification.connectionSpecification,
    definitions: new Map(named),
  };
}
