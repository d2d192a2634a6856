import type { ComponentDeclaration } from '../declaration.ts';
import { PRIMARY_KEY } from './primary-key.ts';
import { SCHEMAS } from './schemas.ts';

/** Streams: what a manifest is made of, and how streams stand together. */
export const streams: readonly ComponentDeclaration[] = [
  {
    name: 'DeclarativeSource',
    about: 'A whole manifest.',
    fields: {
      check: {
        shapes: [{ component: ['CheckStream', 'CheckDynamicStream'] }],
        required: true,
        defaultType: 'CheckStream',
      },
      streams: {
        shapes: [{ listOf: [{ component: ['ConditionalStreams', 'DeclarativeStream', 'StateDelegatingStream'] }] }],
        defaultType: 'DeclarativeStream',
      },
      dynamic_streams: { shapes: [{ listOf: [{ component: ['DynamicDeclarativeStream'] }] }] },
      version: { shapes: ['string'], required: true },
      schemas: { shapes: [...SCHEMAS.shapes] },
      definitions: { shapes: ['object'] },
      spec: { shapes: [{ component: ['Spec'] }], defaultType: 'Spec' },
      concurrency_level: { shapes: [{ component: ['ConcurrencyLevel'] }] },
      api_budget: { shapes: [{ component: ['HTTPAPIBudget'] }] },
      stream_groups: { shapes: [{ mapOf: [{ component: ['StreamGroup'] }] }], defaultType: 'StreamGroup' },
      max_concurrent_async_job_count: { shapes: ['integer', 'string'] },
      metadata: { shapes: ['object'] },
      description: { shapes: ['string'] },
    },
  },
  {
    name: 'DeclarativeStream',
    about: 'A stream: where its records come from, their key, their schema and how far it has been read.',
    fields: {
      name: { shapes: ['string'], default: '' },
      retriever: {
        shapes: [{ component: ['SimpleRetriever', 'AsyncRetriever', 'CustomRetriever'] }],
        required: true,
        defaultType: 'SimpleRetriever',
        customType: 'CustomRetriever',
      },
      incremental_sync: { shapes: [{ component: ['DatetimeBasedCursor', 'IncrementingCountCursor'] }] },
      primary_key: { shapes: [...PRIMARY_KEY.shapes], default: '' },
      schema_loader: {
        shapes: [
          { component: ['InlineSchemaLoader', 'DynamicSchemaLoader', 'JsonFileSchemaLoader'] },
          {
            listOf: [
              {
                component: ['InlineSchemaLoader', 'DynamicSchemaLoader', 'JsonFileSchemaLoader', 'CustomSchemaLoader'],
              },
            ],
          },
          { component: ['CustomSchemaLoader'] },
        ],
        defaultType: 'JsonFileSchemaLoader',
      },
      transformations: {
        shapes: [
          {
            listOf: [
              {
                component: [
                  'AddFields',
                  'RemoveFields',
                  'KeysToLower',
                  'KeysToSnakeCase',
                  'FlattenFields',
                  'DpathFlattenFields',
                  'KeysReplace',
                  'CustomTransformation',
                ],
              },
            ],
          },
        ],
        customType: 'CustomTransformation',
      },
      state_migrations: {
        shapes: [{ listOf: [{ component: ['LegacyToPerPartitionStateMigration', 'CustomStateMigration'] }] }],
        default: [],
      },
      file_uploader: { shapes: [{ component: ['FileUploader'] }] },
    },
  },
  {
    name: 'ConditionalStreams',
    about: 'Streams that exist only while a condition on the configuration holds.',
    fields: {
      condition: { shapes: ['string'], required: true, context: ['config', 'parameters'] },
      streams: { shapes: [{ listOf: [{ component: ['DeclarativeStream'] }] }], required: true },
    },
  },
  {
    name: 'StateDelegatingStream',
    about: 'Two ways to read one stream: whole while there is no usable state, and from the state after that.',
    fields: {
      name: { shapes: ['string'], required: true, default: '' },
      full_refresh_stream: { shapes: [{ component: ['DeclarativeStream'] }], required: true },
      incremental_stream: { shapes: [{ component: ['DeclarativeStream'] }], required: true },
      api_retention_period: { shapes: ['string'] },
    },
  },
  {
    name: 'StreamGroup',
    about: 'Streams that share something and may not be read at the same time.',
    typeOptional: true,
    fields: {
      streams: {
        shapes: [{ listOf: [{ component: ['DeclarativeStream'] }] }],
        required: true,
        defaultType: 'DeclarativeStream',
      },
      action: { shapes: [{ component: ['BlockSimultaneousSyncsAction'] }], required: true },
    },
  },
  { name: 'BlockSimultaneousSyncsAction', about: 'Lets one stream of a group be read at a time.', fields: {} },
  {
    name: 'FileUploader',
    about: 'Fetches the file that a record points to.',
    fields: {
      requester: { shapes: [{ component: ['HttpRequester', 'CustomRequester'] }], required: true },
      download_target_extractor: {
        shapes: [{ component: ['DpathExtractor', 'CustomRecordExtractor'] }],
        required: true,
      },
      file_extractor: { shapes: [{ component: ['DpathExtractor', 'CustomRecordExtractor'] }] },
      filename_extractor: { shapes: ['string'], context: ['config', 'record'] },
    },
  },
];
