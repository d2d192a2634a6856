import { Worker } from 'node:worker_threads';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { DescribedManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import type { ManifestContents } from '@tributary/connectors/manifest/connector/open-manifest';
import { errors } from '../errors.ts';
import type { ManifestContent } from './manifest-content.ts';
import type { ManifestAnswers, ManifestAnswer, ManifestRequest } from './manifest-thread.ts';

export type DescribedContent = DescribedManifest;

/** Reads manifests, which anybody may have written. */
export interface ManifestReader {
  /** @throws connector_manifest_invalid, connector_manifest_too_heavy */
  describe(content: ManifestContent): Promise<DescribedContent>;
  /** Loads a manifest that was described before, to be read. @throws connector_manifest_too_heavy, ConnectorError */
  load(content: ManifestContent): Promise<ManifestContents>;
}

interface ReadingLimits {
  /** Milliseconds of a reading, with the start of its thread. */
  readonly patienceMs?: number;
  readonly memoryMb?: number;
}

/** Readings at once; each may take as much memory as it is allowed. */
const MOST_THREADS = 2;
const LANES = Array.from({ length: MOST_THREADS }, (_, index) => index);

/**
 * Reads each manifest in a thread of its own, which is ended when it takes too long or too much: the largest ones of the published
 * take a second, and requests must not wait for that.
 */
export function createManifestReader({ patienceMs = 20_000, memoryMb = 512 }: ReadingLimits = {}): ManifestReader {
  const lanes: Promise<unknown>[] = LANES.map(() => Promise.resolve());
  let next = 0;
  const read = <Wanted extends keyof ManifestAnswers>(wanted: Wanted, content: ManifestContent) => {
    const lane = next++ % MOST_THREADS;
    const reading = (lanes[lane] ?? Promise.resolve()).then(() =>
      readInThread<Wanted>({ wanted, content }, { patienceMs, memoryMb }),
    );
    lanes[lane] = reading.catch(() => undefined);
    return reading;
  };
  return {
    async describe(content) {
      const answer = await read('description', content);
      if (answer.type === 'invalid') throw errors.connector_manifest_invalid({ reason: answer.reason });
      return answer.result;
    },
    async load(content) {
      const answer = await read('contents', content);
      if (answer.type === 'invalid') throw new ConnectorError('configuration', answer.reason);
      return { manifest: answer.result, custom: new Map(), files: filesOf(content) };
    },
  };
}

export const filesOf = ({ files = {} }: ManifestContent): ReadonlyMap<string, string> => new Map(Object.entries(files));

type Usable<Wanted extends keyof ManifestAnswers> = Exclude<ManifestAnswer<Wanted>, { readonly type: 'heavy' }>;

async function readInThread<Wanted extends keyof ManifestAnswers>(
  request: ManifestRequest,
  { patienceMs, memoryMb }: Required<ReadingLimits>,
): Promise<Usable<Wanted>> {
  const { promise, resolve, reject } = Promise.withResolvers<ManifestAnswer<Wanted>>();
  const worker = new Worker(new URL('./manifest-thread.ts', import.meta.url), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  const giveUp = (reason: string): void => resolve({ type: 'heavy', reason });
  const timer = setTimeout(() => giveUp(`it cannot be read within ${patienceMs / 1000} s`), patienceMs);
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') giveUp(`it cannot be read with ${memoryMb} MB of memory`);
    else reject(error);
  });
  worker.once('exit', () => giveUp('reading it was stopped'));
  try {
    const answer = await promise;
    if (answer.type === 'heavy') throw errors.connector_manifest_too_heavy({ reason: answer.reason });
    return answer;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
