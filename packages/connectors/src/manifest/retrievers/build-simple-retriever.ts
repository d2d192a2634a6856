import { buildDecoder } from '../decoders/build-decoder.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { buildPaginationReset } from '../paginators/pagination-reset.ts';
import { buildPaginator } from '../paginators/build-paginator.ts';
import { cappedPaginator } from '../paginators/capped-paginator.ts';
import { buildPartitionRouter } from '../partitions/build-partition-router.ts';
import { buildQueryProperties } from '../query-properties/build-query-properties.ts';
import { buildRecordSelector } from '../records/build-record-selector.ts';
import { buildRequester } from '../requests/build-requester.ts';
import { componentOf } from '../requests/components-of.ts';
import { buildTransformation } from '../transformations/build-transformation.ts';
import { bodyTaking } from './body-taking.ts';
import { SimpleRetriever } from './simple-retriever.ts';

/** Builds a `SimpleRetriever` with everything below it. Throws `ConnectorError('configuration')`. */
export function buildSimpleRetriever(definition: Component, build: Build, stream: StreamContext): SimpleRetriever {
  const requester = definition['requester'] as Component;
  const decoder = buildDecoder(componentOf(definition['decoder']), build, stream);
  const router = definition['partition_router'];
  const pagination = componentOf(definition['paginator']);
  const paginator = buildPaginator(pagination, build, stream, decoder);
  const selector = buildRecordSelector(definition['record_selector'] as Component, build, stream, decoder, {
    transformations: (stream.transformations ?? []).map((one) => buildTransformation(one, build, stream)),
    ...(stream.filtersByCursor && { transformBeforeFiltering: true }),
  });
  const bodies = bodyTaking({ requester, paginator: pagination, decoder, selector });
  const { trial } = build.ctx.options;
  return new SimpleRetriever({
    stream: stream.name,
    requester: buildRequester(requester, build, stream, { bodies }),
    selector,
    paginator: trial ? cappedPaginator(paginator, trial.pages) : paginator,
    router: buildPartitionRouter(router, build, stream),
    queryProperties: buildQueryProperties(requester, build, stream),
    reset: buildPaginationReset(definition['pagination_reset']),
    firstPageOnly: definition['ignore_stream_slicer_parameters_on_paginated_requests'] === true,
    readsParents: JSON.stringify(router ?? null).includes('"lazy_read_pointer":["'),
    turnsByToken: componentOf(pagination?.['pagination_strategy'])?.type === 'CursorPagination',
    signal: build.ctx.signal,
    log: build.ctx.log,
  });
}
