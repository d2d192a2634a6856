import { parentPort, workerData } from 'node:worker_threads';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { type DescribedManifest, describeManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import type { ManifestContents } from '@tributary/connectors/manifest/connector/open-manifest';
import { loadContents } from '@tributary/connectors/manifest/connector/load-contents';
import { must } from '../lib/asserts.ts';
import type { ManifestContent } from './manifest-content.ts';

/** What a reading can be wanted for, and what it gives. */
export interface ManifestAnswers {
  readonly description: DescribedManifest;
  readonly contents: ManifestContents['manifest'];
}

export interface ManifestRequest {
  readonly wanted: keyof ManifestAnswers;
  readonly content: ManifestContent;
}

export type ManifestAnswer<Wanted extends keyof ManifestAnswers> =
  | { readonly type: 'read'; readonly result: ManifestAnswers[Wanted] }
  | { readonly type: 'invalid'; readonly reason: string }
  | { readonly type: 'heavy'; readonly reason: string };

/** Characters of what is kept beside a manifest and looked at whenever its source is shown; published ones have some 50,000. */
const MOST_SHOWN = 500_000;

function answer({ wanted, content: { manifest, files = {} } }: ManifestRequest): ManifestAnswer<keyof ManifestAnswers> {
  const all = new Map(Object.entries(files));
  try {
    if (wanted === 'contents')
      return { type: 'read', result: loadContents(manifest, { custom: new Map(), files: all }).manifest };
    const result = describeManifest(manifest, all);
    if (JSON.stringify([result.facts, result.outline]).length > MOST_SHOWN)
      return { type: 'heavy', reason: 'its `spec` and the names of its streams are longer than 500,000 characters' };
    return { type: 'read', result };
  } catch (error) {
    if (error instanceof ConnectorError) return { type: 'invalid', reason: error.message };
    throw error;
  }
}

/** The module of the thread that reads one manifest. */
must(parentPort, 'this module is the entry of a thread').postMessage(answer(workerData as ManifestRequest));
