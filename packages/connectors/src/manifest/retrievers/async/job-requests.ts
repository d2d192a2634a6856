import { ConnectorError } from '../../../kit/connector-error.ts';
import { pythonText } from '../../interpolation/python-text.ts';
import type { Build } from '../../model/build.ts';
import type { Decoder, Extractor } from '../../model/records.ts';
import type { ManifestResponse, Requester, RequestPlace } from '../../model/request.ts';
import type { StreamSlice } from '../../model/slice.ts';
import { extractedValues } from './extracted-values.ts';
import { checkCreation } from './job-needs.ts';
import type { JobStatus } from './job-status.ts';
import { responseVariable } from './response-variable.ts';
import type { JobRequests } from './run-job.ts';

/** The parts of an `AsyncRetriever` that follow a job. */
export interface JobParts {
  readonly creation: Requester;
  readonly polling: Requester;
  /** What of the creation's answer `polling` takes. */
  readonly taken: ReadonlySet<string>;
  readonly abort?: Requester;
  readonly delete?: Requester;
  readonly decoder: Decoder;
  readonly statusExtractor: Extractor;
  readonly statuses: ReadonlyMap<string, JobStatus>;
}

/** The requests of the job of `slice`. */
export function jobRequests(parts: JobParts, slice: StreamSlice, build: Build, stream: string): JobRequests {
  return {
    async create() {
      const creation = await answerOf(parts.creation, { slice });
      if (creation) checkCreation(creation, parts.taken, stream);
      return creation;
    },
    async poll(creation) {
      const response = await answerOf(
        parts.polling,
        jobPlace(slice, { creation_response: responseVariable(creation) }),
      );
      if (!response) return undefined;
      return { status: await statusOf(response, parts, build, stream), response };
    },
    abort: (creation) => dismiss(parts.abort, creation, slice, build, stream),
  };
}

/** Tells the source that a job is not needed any more, by its `abort_requester` or `delete_requester`; never throws. */
export async function dismiss(
  requester: Requester | undefined,
  creation: ManifestResponse,
  slice: StreamSlice,
  build: Build,
  stream: string,
): Promise<void> {
  if (!requester || build.ctx.signal.aborted) return;
  try {
    await requester.send(jobPlace(slice, { creation_response: responseVariable(creation) }), []);
  } catch (error) {
    // What was read, or is to be read, does not depend on it.
    const reason = error instanceof ConnectorError ? error.message : 'unforeseen error';
    build.ctx.log.warn({ stream, reason: build.shown(reason) }, 'a job could not be taken away from the source');
  }
}

/** Where a request of a job stands: templates see the answers by their names, and among the slice's extra fields. */
export function jobPlace(slice: StreamSlice, variables: Readonly<Record<string, unknown>>): RequestPlace {
  // Extra fields are for templates only; no state is made of them, so an answer's headers need not be JSON.
  const extraFields = { ...slice.extraFields, ...variables } as StreamSlice['extraFields'];
  return { slice: { ...slice, extraFields }, variables };
}

/** The answer of a job's request; `undefined` when error handling has passed it over. */
export async function answerOf(requester: Requester, place: RequestPlace): Promise<ManifestResponse | undefined> {
  const outcome = await requester.send(place, []);
  return outcome.type === 'response' ? outcome.response : undefined;
}

async function statusOf(
  response: ManifestResponse,
  { decoder, statusExtractor, statuses }: JobParts,
  build: Build,
  stream: string,
): Promise<JobStatus> {
  for await (const value of extractedValues(response, decoder, statusExtractor)) {
    const word = pythonText(value);
    const status = statuses.get(word);
    if (status) return status;
    throw new ConnectorError(
      'configuration',
      `The stream "${stream}" met the job status ${JSON.stringify(build.shown(word).slice(0, 60))}, which is not in ` +
        '"status_mapping" of the manifest; put it under "running", "completed", "failed", "timeout" or "skipped".',
    );
  }
  throw new ConnectorError(
    'invalid_answer',
    `The stream "${stream}" asked for the status of its job, and "status_extractor" of the manifest found none in the answer.`,
  );
}
