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
  /** Reads the records of a slice that has a target among its extra fields. */
  readonly retriever: Retriever;
  /** Where the answers lie; absent: one download without a target. */
  readonly targets?: {
    /** Asked for them when the last answer about the job does not have them. */
    readonly requester?: Requester;
    readonly extractor: Extractor;
    readonly decoder: Decoder;
  };
}

/** Reads everything that a job made: one target after the other, page by page. */
export async function* downloadJob(
  job: CompletedJob,
  { retriever, targets }: DownloadParts,
  slice: StreamSlice,
  control: ReadControl,
): AsyncGenerator<readonly MutableRecord[]> {
  const answers = {
    creation_response: responseVariable(job.creation),
    polling_response: responseVariable(job.polling),
  };
  for await (const target of targetsOf(job, targets, jobPlace(slice, answers))) {
    const { slice: withTarget } = jobPlace(slice, { ...answers, download_target: target });
    // Parts of cursor and router were for the job, not for what it made; and the pages of a new job are others.
    yield* retriever.read(withTarget, { ...control, providers: [], pages: undefined });
  }
}

async function* targetsOf(
  { polling }: CompletedJob,
  targets: DownloadParts['targets'],
  place: RequestPlace,
): AsyncGenerator<Json> {
  if (!targets) {
    yield '';
    return;
  }
  let response: ManifestResponse | undefined = polling;
  if (targets.requester) response = await answerOf(targets.requester, place);
  if (response) yield* extractedValues(response, targets.decoder, targets.extractor);
}
