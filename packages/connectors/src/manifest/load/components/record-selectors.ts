import type { ComponentDeclaration } from '../declaration.ts';
import { SCHEMA_NORMALIZATION } from './schema-normalization.ts';

/** Which parts of an answer are records. */
export const recordSelectors: readonly ComponentDeclaration[] = [
  {
    name: 'RecordSelector',
    about: 'Takes records out of an answer, filters them and fits them to the schema.',
    fields: {
      extractor: {
        shapes: [{ component: ['DpathExtractor', 'CustomRecordExtractor'] }],
        required: true,
        defaultType: 'DpathExtractor',
        customType: 'CustomRecordExtractor',
      },
      record_filter: { shapes: [{ component: ['RecordFilter', 'CustomRecordFilter'] }], defaultType: 'RecordFilter' },
      schema_normalization: { shapes: [...SCHEMA_NORMALIZATION.shapes, { component: ['CustomSchemaNormalization'] }] },
      transform_before_filtering: { shapes: ['boolean'] },
    },
  },
  {
    name: 'DpathExtractor',
    about: 'Takes what lies at a path.',
    fields: {
      field_path: { shapes: [{ listOf: ['string'] }], required: true, context: ['config'] },
      record_expander: { shapes: [{ component: ['RecordExpander'] }], defaultType: 'RecordExpander' },
    },
  },
  {
    name: 'ResponseToFileExtractor',
    about: 'Reads a large CSV answer by way of a file.',
    fields: { preserve_na_values: { shapes: ['boolean'], default: false } },
  },
  {
    name: 'RecordExpander',
    about: 'Makes a record of each item of a list within a record.',
    fields: {
      expand_records_from_field: { shapes: [{ listOf: ['string'] }], required: true, context: ['config'] },
      remain_original_record: { shapes: ['boolean'], default: false },
      on_no_records: { shapes: [{ oneOf: ['skip', 'emit_parent'] }], default: 'skip' },
    },
  },
  {
    name: 'RecordFilter',
    about: 'Keeps records for which a condition holds.',
    fields: {
      condition: {
        shapes: ['string'],
        default: '',
        context: ['config', 'next_page_token', 'record', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
    },
  },
];
