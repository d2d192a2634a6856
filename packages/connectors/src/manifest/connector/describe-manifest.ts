import { createHash } from 'node:crypto';
import { asObject } from '../configuration/as-object.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { oauthOfSpecification } from '../specification/oauth-of-specification.ts';
import { loadContents } from './load-contents.ts';
import { manifestFace } from './manifest-face.ts';
import type { ManifestFace } from './manifest-face.ts';
import { shapesOf } from './state-shapes.ts';
import type { StreamShape } from './state-shapes.ts';

export interface DescribedManifest {
  /** SHA-256 (hex) of manifest and files, whatever their spelling. */
  readonly contentHash: string;
  readonly facts: {
    /** Those that stand in the manifest; templates and sources may give more. */
    readonly streams: readonly StreamShape[];
    readonly missing: readonly { readonly className: string; readonly streams: readonly string[] }[];
  };
  /** What a source shows of it. */
  readonly face: ManifestFace;
}

/** Loads a manifest and says what is in it. Throws `ConnectorError('configuration')` when it is not valid. */
export function describeManifest(
  source: string,
  files: ReadonlyMap<string, string>,
  custom: CustomComponents = new Map(),
): DescribedManifest {
  const { manifest, contentHash, missingPorts, streams } = loadContents(source, { custom, files });
  const face = manifestFace(manifest);
  // Whoever adds a manifest is told what is wrong with its sign-in.
  oauthOfSpecification({
    id: 'described',
    title: 'the manifest',
    spec: asObject(manifest['spec']),
    renewal: face.renewal,
  });
  return {
    contentHash: files.size === 0 ? contentHash : hashOf(contentHash, files),
    facts: {
      streams: streams.flatMap(shapesOf),
      missing: missingPorts.map((port) => ({ className: port.className, streams: port.streams })),
    },
    face,
  };
}

function hashOf(manifest: string, files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update(manifest);
  for (const [path, text] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([path, text]));
  return hash.digest('hex');
}
