import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Json } from '../../../kit/json.ts';
import type { Decoder, Extractor, MutableRecord } from '../../model/records.ts';
import type { ManifestResponse, Requester, RequestPlace } from '../../model/request.ts';
import type { StreamSlice } from '../../model/slice.ts';
import type { ReadControl, Retriever } from '../../model/stream.ts';
import { extractedValues } from './extracted-values.ts';
import { answerOf, jobPlace } from './job-requests.ts';
import { responseVariable } from './response-variable.ts';
import type { CompletedJob } from './run-job.ts';

/** The parts of an `AsyncRetriever` that fetch what a job made. */
export interface DownloadParts {
  readonly stream: string;
  /** Reads the records of a slice that has a target among its extra fields. */
  readonly retriever: Retriever;
  /** Where the answers lie; absent: one download without a target. */
  readonly targets?: {
    /** Asked for them when the last answer about the job does not have them. */
    readonly requester?: Requester;
    readonly extractor: Extractor;
    readonly decoder: Decoder;
    /** Whether the place of the targets is in a body at all; one that is there may be empty. */
    isThere(body: unknown): boolean;
  };
}

/** Reads everything that a job made: one target after the other, page by page. */
export async function* downloadJob(
  job: CompletedJob,
  parts: DownloadParts,
  slice: StreamSlice,
  control: ReadControl,
): AsyncGenerator<readonly MutableRecord[]> {
  const answers = {
    creation_response: responseVariable(job.creation),
    polling_response: responseVariable(job.polling),
  };
  for await (const target of targetsOf(job, parts, jobPlace(slice, answers))) {
    const { slice: withTarget } = jobPlace(slice, { ...answers, download_target: target });
    // Parts of cursor and router were for the job, not for what it made; and the pages of a new job are others.
    yield* parts.retriever.read(withTarget, { ...control, providers: [], pages: undefined });
  }
}

async function* targetsOf(
  { polling }: CompletedJob,
  { targets, stream }: DownloadParts,
  place: RequestPlace,
): AsyncGenerator<Json> {
  if (!targets) {
    yield '';
    return;
  }
  const response = targets.requester ? await answerOf(targets.requester, place) : polling;
  if (!response) return;
  let found = false;
  for await (const target of extractedValues(response, targets.decoder, targets.extractor)) {
    found = true;
    if (!isTarget(target)) throw wrongTarget(stream, `gives ${kindOf(target)} and no address`);
    yield target;
  }
  // A null or an empty list says that there is nothing to download; without a word of it, records would be lost unseen.
  if (!found && !(await anyThere(response, targets))) throw wrongTarget(stream, 'finds nothing in the answer');
}

const isTarget = (value: Json): boolean => typeof value === 'string' || typeof value === 'number';

const kindOf = (value: Json): string => {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

async function anyThere(
  response: ManifestResponse,
  { decoder, isThere }: NonNullable<DownloadParts['targets']>,
): Promise<boolean> {
  for await (const body of decoder.decode(response)) if (isThere(body)) return true;
  return false;
}

const wrongTarget = (stream: string, what: string): ConnectorError =>
  new ConnectorError(
    'invalid_answer',
    `Stream "${stream}": the job is done, and "download_target_extractor" of the AsyncRetriever ${what}. ` +
      'Look at what the source answers for a job that is done.',
  );
