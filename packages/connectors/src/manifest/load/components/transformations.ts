import type { ComponentDeclaration } from '../declaration.ts';
import { VALUE_TYPE } from './value-type.ts';

/** Changes of records. */
export const transformations: readonly ComponentDeclaration[] = [
  {
    name: 'AddFields',
    about: 'Sets fields.',
    fields: {
      fields: {
        shapes: [{ listOf: [{ component: ['AddedFieldDefinition'] }] }],
        required: true,
        defaultType: 'AddedFieldDefinition',
      },
      condition: { shapes: ['string'], default: '', context: ['config', 'property', 'parameters'] },
    },
  },
  {
    name: 'AddedFieldDefinition',
    about: 'A field to set: its path and its value.',
    fields: {
      path: { shapes: [{ listOf: ['string'] }], required: true },
      value: {
        shapes: ['string'],
        required: true,
        context: ['config', 'record', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
      value_type: { shapes: [...VALUE_TYPE.shapes] },
    },
  },
  {
    name: 'RemoveFields',
    about: 'Takes fields out.',
    fields: {
      condition: { shapes: ['string'], default: '', context: ['config', 'property', 'parameters'] },
      field_pointers: { shapes: [{ listOf: [{ listOf: ['string'] }] }], required: true },
    },
  },
  { name: 'KeysToLower', about: 'Writes keys in lower case.', fields: {} },
  { name: 'KeysToSnakeCase', about: 'Writes keys in snake case.', fields: {} },
  {
    name: 'KeysReplace',
    about: 'Replaces a piece of the keys.',
    fields: {
      old: { shapes: ['string'], required: true, context: ['config', 'record', 'stream_slice'] },
      new: { shapes: ['string'], required: true, context: ['config', 'record', 'stream_slice'] },
    },
  },
  {
    name: 'FlattenFields',
    about: 'Brings nested fields up to one level.',
    fields: { flatten_lists: { shapes: ['boolean'], default: true } },
  },
  {
    name: 'DpathFlattenFields',
    about: 'Brings the fields at a path up to the top.',
    fields: {
      field_path: { shapes: [{ listOf: ['string'] }], required: true },
      delete_origin_value: { shapes: ['boolean'] },
      replace_record: { shapes: ['boolean'] },
      key_transformation: { shapes: [{ component: ['KeyTransformation'] }] },
    },
  },
  {
    name: 'KeyTransformation',
    about: 'What is put before and behind keys that are brought up.',
    fields: { prefix: { shapes: ['string'] }, suffix: { shapes: ['string'] } },
  },
];
