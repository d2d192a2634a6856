import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { buildDecoder } from '../decoders/build-decoder.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord } from '../model/records.ts';
import type { Requester } from '../model/request.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { ReadControl, Retriever } from '../model/stream.ts';
import { buildPaginator } from '../paginators/build-paginator.ts';
import { buildPartitionRouter } from '../partitions/build-partition-router.ts';
import { buildExtractor } from '../records/build-extractor.ts';
import { buildRecordSelector } from '../records/build-record-selector.ts';
import { pathOfTemplates } from '../records/path-of-templates.ts';
import { buildRequester } from '../requests/build-requester.ts';
import { buildTransformation } from '../transformations/build-transformation.ts';
import { bodyTaking } from './body-taking.ts';
import { downloadJob } from './async/job-download.ts';
import type { DownloadParts } from './async/job-download.ts';
import { takenOfCreation } from './async/job-needs.ts';
import { dismiss, jobRequests } from './async/job-requests.ts';
import type { JobParts } from './async/job-requests.ts';
import { jobStatuses } from './async/job-status.ts';
import { jobTrackerOf } from './async/job-tracker-of.ts';
import { runJob } from './async/run-job.ts';
import type { JobRules } from './async/run-job.ts';
import { SimpleRetriever } from './simple-retriever.ts';
import { templateContext } from '../interpolation/template-context.ts';

const DEFAULT_TIMEOUT_MINUTES = 60;

/**
 * Builds an `AsyncRetriever`: reading a slice starts a job at the source, follows it to its end, and downloads what it made.
 * Parts of cursor and partition router are for templates of `creation_requester`; the request options of neither are injected
 * into requests of jobs, as in the CDK. Throws `ConnectorError('configuration')`. Source: the schema's `AsyncRetriever`.
 */
export function buildAsyncRetriever(definition: Component, build: Build, stream: StreamContext): Retriever {
  const job = jobParts(definition, build, stream);
  const download = downloadParts(definition, build, stream);
  const router = buildPartitionRouter(definition['partition_router'], build, stream);
  const tracker = jobTrackerOf(build);
  const { clock, signal } = build.ctx;
  const rules: JobRules = {
    tracker,
    clock,
    signal,
    timeoutMs: numberOf(definition, 'polling_job_timeout', build, DEFAULT_TIMEOUT_MINUTES) * 60_000,
    failedWaitMs: numberOf(definition, 'failed_retry_wait_time_in_seconds', build, 0) * 1000,
    stream: stream.name,
  };
  return {
    router,
    // While one slice is downloaded, the job of another may run.
    slicesAtOnce: Math.max(tracker.limit, build.concurrency),
    read: (slice, control) => readJob(slice, control, { job, download, rules, build }),
  };
}

interface Reading {
  readonly job: JobParts;
  readonly download: DownloadParts;
  readonly rules: JobRules;
  readonly build: Build;
}

async function* readJob(
  slice: StreamSlice,
  control: ReadControl,
  { job, download, rules, build }: Reading,
): AsyncGenerator<readonly MutableRecord[]> {
  const completed = await runJob(jobRequests(job, slice, build, rules.stream), rules);
  if (!completed) return;
  try {
    yield* downloadJob(completed, download, slice, control);
  } finally {
    await dismiss(job.delete, completed.creation, slice, build, rules.stream);
  }
}

function jobParts(definition: Component, build: Build, stream: StreamContext): JobParts {
  const requester = (field: string): Requester | undefined => requesterOf(definition, field, build, stream);
  const [abort, remove] = [requester('abort_requester'), requester('delete_requester')];
  const decoder = buildDecoder(optional(definition, 'decoder'), build, stream);
  return {
    creation: requester('creation_requester') ?? missing('creation_requester', stream),
    polling: requester('polling_requester') ?? missing('polling_requester', stream),
    taken: takenOfCreation(optional(definition, 'polling_requester') ?? missing('polling_requester', stream)),
    ...(abort && { abort }),
    ...(remove && { delete: remove }),
    decoder,
    statusExtractor: buildExtractor(
      optional(definition, 'status_extractor') ?? missing('status_extractor', stream),
      build,
      stream,
    ),
    statuses: jobStatuses(optional(definition, 'status_mapping') ?? missing('status_mapping', stream)),
  };
}

/** Records are what `download_extractor` finds; all that follows extraction is said by `record_selector`. */
function downloadParts(definition: Component, build: Build, stream: StreamContext): DownloadParts {
  const decoder = buildDecoder(optional(definition, 'download_decoder'), build, stream);
  const extractor = optional(definition, 'download_extractor') ?? { type: 'DpathExtractor', field_path: [] };
  const selection = optional(definition, 'record_selector') ?? missing('record_selector', stream);
  const selector = buildRecordSelector({ ...selection, extractor }, build, stream, decoder, {
    transformations: (stream.transformations ?? []).map((one) => buildTransformation(one, build, stream)),
    ...(stream.filtersByCursor && { transformBeforeFiltering: true }),
  });
  const [requester, paginator] = [
    optional(definition, 'download_requester') ?? missing('download_requester', stream),
    optional(definition, 'download_paginator'),
  ];
  const bodies =
    extractor.type === 'ResponseToFileExtractor'
      ? 'as it comes'
      : bodyTaking({ requester, paginator, decoder, selector });
  const targets = targetParts(definition, build, stream);
  return {
    stream: stream.name,
    retriever: new SimpleRetriever({
      stream: stream.name,
      requester: buildRequester(requester, build, stream, { bodies }),
      selector,
      paginator: buildPaginator(paginator, build, stream, decoder),
      router: undefined,
      queryProperties: undefined,
      reset: undefined,
      firstPageOnly: false,
      readsParents: false,
      signal: build.ctx.signal,
      log: build.ctx.log,
    }),
    ...(targets && { targets }),
  };
}

function targetParts(definition: Component, build: Build, stream: StreamContext): DownloadParts['targets'] {
  const requester = requesterOf(definition, 'download_target_requester', build, stream);
  const extractor = optional(definition, 'download_target_extractor');
  if (!extractor) return requester ? missing('download_target_extractor', stream) : undefined;
  const decoder = buildDecoder(optional(definition, 'decoder'), build, stream);
  return {
    ...(requester && { requester }),
    extractor: buildExtractor(extractor, build, stream),
    decoder,
    isThere: placeOfTargets(extractor, build),
  };
}

/** Whether an answer has the place where targets would lie, as far as the extractor says where that is. */
function placeOfTargets(extractor: Component, build: Build): (body: unknown) => boolean {
  if (extractor.type !== 'DpathExtractor') return () => true;
  const path = pathOfTemplates(extractor['field_path'], templateContext(build, extractor));
  return (body) => !path.isExact || path.first(body as Json) !== undefined;
}

function requesterOf(definition: Component, field: string, build: Build, stream: StreamContext): Requester | undefined {
  const requester = optional(definition, field);
  return requester && buildRequester(requester, build, stream, { bodies: 'whole' });
}

/** A number, or a template of one that sees `config`; it may not be negative. */
function numberOf(definition: Component, field: string, build: Build, otherwise: number): number {
  const given = definition[field];
  if (given === undefined || given === null) return otherwise;
  const context = templateContext(build, definition);
  const value = typeof given === 'string' ? interpolatedString(given).evaluate(context) : given;
  const number = value === null || value === undefined || value === '' ? otherwise : Number(value);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new ConnectorError('configuration', `"${field}" of an AsyncRetriever must be a number, or a template of one.`);
}

function optional(definition: Component, field: string): Component | undefined {
  const value: Json | undefined = definition[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Component) : undefined;
}

function missing(field: string, stream: StreamContext): never {
  throw new ConnectorError(
    'configuration',
    `The AsyncRetriever of the stream "${stream.name}" needs "${field}" in the manifest.`,
  );
}
