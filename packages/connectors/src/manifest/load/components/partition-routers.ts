import type { ComponentDeclaration } from '../declaration.ts';

/** How a stream is divided. */
export const partitionRouters: readonly ComponentDeclaration[] = [
  {
    name: 'ListPartitionRouter',
    about: 'A partition for each value of a list.',
    fields: {
      cursor_field: { shapes: ['string'], required: true, context: ['config'] },
      values: { shapes: ['string', { listOf: ['string'] }], required: true, context: ['config'] },
      request_option: { shapes: [{ component: ['RequestOption'] }], defaultType: 'RequestOption' },
    },
  },
  {
    name: 'SubstreamPartitionRouter',
    about: 'A partition for each record of parent streams.',
    fields: {
      parent_stream_configs: {
        shapes: [{ listOf: [{ component: ['ParentStreamConfig'] }] }],
        required: true,
        defaultType: 'ParentStreamConfig',
      },
    },
  },
  {
    name: 'ParentStreamConfig',
    about: 'A parent stream, the key that is taken from it and where it goes.',
    fields: {
      stream: {
        shapes: [{ component: ['DeclarativeStream', 'StateDelegatingStream'] }],
        required: true,
        defaultType: 'DeclarativeStream',
      },
      parent_key: { shapes: ['string'], required: true },
      partition_field: { shapes: ['string'], required: true },
      request_option: { shapes: [{ component: ['RequestOption'] }], defaultType: 'RequestOption' },
      incremental_dependency: { shapes: ['boolean'], default: false },
      lazy_read_pointer: { shapes: [{ listOf: ['string'] }], default: [], context: ['config'] },
      extra_fields: { shapes: [{ listOf: [{ listOf: ['string'] }] }], context: ['config'] },
    },
  },
  {
    name: 'GroupingPartitionRouter',
    about: 'Several partitions of another router in one.',
    fields: {
      group_size: { shapes: ['integer'], required: true },
      underlying_partition_router: {
        shapes: [
          {
            component: [
              'ListPartitionRouter',
              'SubstreamPartitionRouter',
              'UnionPartitionRouter',
              'CustomPartitionRouter',
            ],
          },
        ],
        required: true,
      },
      deduplicate: { shapes: ['boolean'], default: true },
    },
  },
  {
    name: 'UnionPartitionRouter',
    about: 'The partitions of several routers, each once.',
    fields: {
      partition_field: { shapes: ['string'], required: true, context: ['config', 'parameters'] },
      partition_routers: {
        shapes: [
          {
            listOf: [
              {
                component: [
                  'ListPartitionRouter',
                  'SubstreamPartitionRouter',
                  'UnionPartitionRouter',
                  'CustomPartitionRouter',
                ],
              },
            ],
          },
        ],
        required: true,
        minItems: 2,
      },
    },
  },
];
