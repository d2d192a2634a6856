import type { ComponentDeclaration } from '../declaration.ts';

/** How far a stream has been read. */
export const cursors: readonly ComponentDeclaration[] = [
  {
    name: 'DatetimeBasedCursor',
    about: 'Reads by windows of time and remembers the latest one.',
    fields: {
      clamping: {
        shapes: [
          {
            object: {
              target: { shapes: ['string'], required: true, context: ['config'] },
              target_details: { shapes: ['object'] },
            },
          },
        ],
      },
      cursor_field: { shapes: ['string'], required: true, context: ['config'] },
      allow_catalog_defined_cursor_field: { shapes: ['boolean'] },
      cursor_datetime_formats: { shapes: [{ listOf: ['string'] }] },
      start_datetime: {
        shapes: [{ component: ['MinMaxDatetime'] }, 'string'],
        required: true,
        defaultType: 'MinMaxDatetime',
        context: ['config'],
      },
      start_time_option: { shapes: [{ component: ['RequestOption'] }], defaultType: 'RequestOption' },
      end_datetime: {
        shapes: [{ component: ['MinMaxDatetime'] }, 'string'],
        defaultType: 'MinMaxDatetime',
        context: ['config'],
      },
      end_time_option: { shapes: [{ component: ['RequestOption'] }], defaultType: 'RequestOption' },
      datetime_format: { shapes: ['string'], required: true },
      cursor_granularity: { shapes: ['string'] },
      is_data_feed: { shapes: ['boolean'] },
      is_client_side_incremental: { shapes: ['boolean'] },
      is_compare_strictly: { shapes: ['boolean'], default: false },
      global_substream_cursor: { shapes: ['boolean'], default: false },
      lookback_window: { shapes: ['string'], context: ['config'] },
      partition_field_end: { shapes: ['string'] },
      partition_field_start: { shapes: ['string'] },
      step: { shapes: ['string'] },
    },
  },
  {
    name: 'IncrementingCountCursor',
    about: 'Reads on from the largest number seen.',
    fields: {
      cursor_field: { shapes: ['string'], required: true, context: ['config'] },
      allow_catalog_defined_cursor_field: { shapes: ['boolean'] },
      start_value: { shapes: ['string', 'integer'], context: ['config'] },
      start_value_option: { shapes: [{ component: ['RequestOption'] }] },
    },
  },
  {
    name: 'MinMaxDatetime',
    about: 'A point in time that is kept within bounds.',
    fields: {
      datetime: { shapes: ['string'], required: true, context: ['config'] },
      datetime_format: { shapes: ['string'], default: '' },
      max_datetime: { shapes: ['string'], context: ['config'] },
      min_datetime: { shapes: ['string'], context: ['config'] },
    },
  },
  {
    name: 'LegacyToPerPartitionStateMigration',
    about: 'Brings an old form of state by partitions to the present one.',
    typeOptional: true,
    fields: {},
  },
];
