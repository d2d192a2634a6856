import type { ComponentDeclaration } from '../declaration.ts';

/** How records of a slice are fetched. */
export const retrievers: readonly ComponentDeclaration[] = [
  {
    name: 'SimpleRetriever',
    about: 'Asks page by page.',
    fields: {
      requester: {
        shapes: [{ component: ['HttpRequester', 'CustomRequester'] }],
        required: true,
        defaultType: 'HttpRequester',
      },
      decoder: {
        shapes: [
          {
            component: [
              'JsonDecoder',
              'JsonItemsDecoder',
              'XmlDecoder',
              'CsvDecoder',
              'JsonlDecoder',
              'GzipDecoder',
              'IterableDecoder',
              'ZipfileDecoder',
              'CustomDecoder',
            ],
          },
        ],
      },
      record_selector: { shapes: [{ component: ['RecordSelector'] }], required: true, defaultType: 'RecordSelector' },
      paginator: { shapes: [{ component: ['DefaultPaginator', 'NoPagination'] }], defaultType: 'NoPagination' },
      pagination_reset: { shapes: [{ component: ['PaginationReset'] }] },
      ignore_stream_slicer_parameters_on_paginated_requests: { shapes: ['boolean'], default: false },
      partition_router: {
        shapes: [
          {
            component: [
              'SubstreamPartitionRouter',
              'ListPartitionRouter',
              'GroupingPartitionRouter',
              'UnionPartitionRouter',
              'CustomPartitionRouter',
            ],
          },
          {
            listOf: [
              {
                component: [
                  'SubstreamPartitionRouter',
                  'ListPartitionRouter',
                  'GroupingPartitionRouter',
                  'UnionPartitionRouter',
                  'CustomPartitionRouter',
                ],
              },
            ],
          },
        ],
        customType: 'CustomPartitionRouter',
      },
    },
  },
  {
    name: 'AsyncRetriever',
    about: 'Starts a job at the API, waits for it and downloads what it made.',
    fields: {
      record_selector: { shapes: [{ component: ['RecordSelector'] }], required: true },
      status_mapping: { shapes: [{ component: ['AsyncJobStatusMap'] }], required: true },
      status_extractor: { shapes: [{ component: ['DpathExtractor', 'CustomRecordExtractor'] }], required: true },
      download_target_extractor: { shapes: [{ component: ['DpathExtractor', 'CustomRecordExtractor'] }] },
      download_extractor: {
        shapes: [{ component: ['DpathExtractor', 'CustomRecordExtractor', 'ResponseToFileExtractor'] }],
      },
      creation_requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }], required: true },
      polling_requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }], required: true },
      polling_job_timeout: { shapes: ['integer', 'string'], context: ['config'] },
      failed_retry_wait_time_in_seconds: { shapes: ['integer', 'string'], minimum: 1, context: ['config'] },
      download_target_requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }] },
      download_requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }], required: true },
      download_paginator: { shapes: [{ component: ['DefaultPaginator', 'NoPagination'] }] },
      abort_requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }] },
      delete_requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }] },
      partition_router: {
        shapes: [
          {
            component: [
              'ListPartitionRouter',
              'SubstreamPartitionRouter',
              'GroupingPartitionRouter',
              'UnionPartitionRouter',
              'CustomPartitionRouter',
            ],
          },
          {
            listOf: [
              {
                component: [
                  'ListPartitionRouter',
                  'SubstreamPartitionRouter',
                  'GroupingPartitionRouter',
                  'UnionPartitionRouter',
                  'CustomPartitionRouter',
                ],
              },
            ],
          },
        ],
        default: [],
      },
      decoder: {
        shapes: [
          {
            component: [
              'CsvDecoder',
              'GzipDecoder',
              'JsonDecoder',
              'JsonItemsDecoder',
              'JsonlDecoder',
              'IterableDecoder',
              'XmlDecoder',
              'ZipfileDecoder',
              'CustomDecoder',
            ],
          },
        ],
      },
      download_decoder: {
        shapes: [
          {
            component: [
              'CsvDecoder',
              'GzipDecoder',
              'JsonDecoder',
              'JsonItemsDecoder',
              'JsonlDecoder',
              'IterableDecoder',
              'XmlDecoder',
              'ZipfileDecoder',
              'CustomDecoder',
            ],
          },
        ],
      },
    },
  },
  {
    name: 'AsyncJobStatusMap',
    about: 'What the words of an API for the states of its jobs mean.',
    typeOptional: true,
    fields: {
      running: { shapes: [{ listOf: ['string'] }], required: true },
      completed: { shapes: [{ listOf: ['string'] }], required: true },
      failed: { shapes: [{ listOf: ['string'] }], required: true },
      timeout: { shapes: [{ listOf: ['string'] }], required: true },
      skipped: { shapes: [{ listOf: ['string'] }] },
    },
  },
];
