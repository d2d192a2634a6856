import { createHash } from 'node:crypto';
import type { CustomComponents } from '../model/custom-components.ts';
import { signInOf } from '../specification/sign-in.ts';
import { loadContents } from './load-contents.ts';
import { manifestHosts } from './manifest-hosts.ts';
import { manifestOutline } from './manifest-outline.ts';
import type { ManifestOutline } from './manifest-outline.ts';
import { shapesOf } from './state-shapes.ts';
import type { StreamShape } from './state-shapes.ts';

export interface DescribedManifest {
  /** SHA-256 (hex) of manifest and files, whatever their spelling. */
  readonly contentHash: string;
  readonly facts: {
    /** Those that stand in the manifest; templates and sources may give more. */
    readonly streams: readonly StreamShape[];
    readonly missing: readonly { readonly className: string; readonly streams: readonly string[] }[];
    /** What whoever adds it should know: a sign-in that cannot be used. */
    readonly warnings: readonly string[];
    /** Where requests may go, in the words of the manifest: `api.example.com`, `{{ config['shop'] }}.example.com`. Sorted, each once. */
    readonly hosts: readonly string[];
  };
  /** What a source shows of it. */
  readonly outline: ManifestOutline;
}

/** Loads a manifest and says what is in it. Throws `ConnectorError('configuration')` when it is not valid. */
export function describeManifest(
  source: string,
  files: ReadonlyMap<string, string>,
  custom: CustomComponents = new Map(),
): DescribedManifest {
  const { manifest, contentHash, missingPorts, streams } = loadContents(source, { custom, files });
  const outline = manifestOutline(manifest);
  return {
    contentHash: files.size === 0 ? contentHash : hashOf(contentHash, files),
    facts: {
      streams: streams.flatMap(shapesOf),
      missing: missingPorts.map((port) => ({ className: port.className, streams: port.streams })),
      warnings: signInOf({ id: 'described', title: 'the manifest', spec: outline.spec, renewal: outline.renewal })
        .warnings,
      hosts: manifestHosts(manifest),
    },
    outline,
  };
}

function hashOf(manifest: string, files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update(manifest);
  for (const [path, text] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([path, text]));
  return hash.digest('hex');
}
