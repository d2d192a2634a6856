import type { ComponentDeclaration } from '../declaration.ts';

/** Where the JSON schema of a stream comes from. */
export const schemaLoaders: readonly ComponentDeclaration[] = [
  { name: 'InlineSchemaLoader', about: 'It stands in the manifest.', fields: { schema: { shapes: ['object'] } } },
  {
    name: 'JsonFileSchemaLoader',
    about: 'It is a file beside the manifest.',
    deprecated: 'InlineSchemaLoader',
    fields: { file_path: { shapes: ['string'], context: ['config'] } },
  },
  {
    name: 'DynamicSchemaLoader',
    about: 'It is made of what an endpoint says of fields and their types.',
    fields: {
      retriever: {
        shapes: [{ component: ['SimpleRetriever', 'AsyncRetriever', 'CustomRetriever'] }],
        required: true,
        defaultType: 'SimpleRetriever',
      },
      schema_filter: { shapes: [{ component: ['RecordFilter', 'CustomRecordFilter'] }] },
      schema_transformations: {
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
      },
      schema_type_identifier: { shapes: [{ component: ['SchemaTypeIdentifier'] }], required: true },
    },
  },
  {
    name: 'SchemaTypeIdentifier',
    about: 'Where names and types of fields lie in that answer.',
    typeOptional: true,
    fields: {
      schema_pointer: { shapes: [{ listOf: ['string'] }], default: [], context: ['config'] },
      key_pointer: { shapes: [{ listOf: ['string'] }], required: true, context: ['config'] },
      type_pointer: { shapes: [{ listOf: ['string'] }], context: ['config'] },
      types_mapping: { shapes: [{ listOf: [{ component: ['TypesMap'] }] }] },
    },
  },
  {
    name: 'TypesMap',
    about: 'Which type an API means by a word.',
    typeOptional: true,
    fields: {
      target_type: { shapes: ['string', { listOf: ['string'] }, { component: ['ComplexFieldType'] }], required: true },
      current_type: { shapes: ['string', { listOf: ['string'] }], required: true },
      condition: { shapes: ['string'], context: ['raw_schema'] },
    },
  },
  {
    name: 'ComplexFieldType',
    about: 'A type with items.',
    typeOptional: true,
    fields: {
      field_type: { shapes: ['string'], required: true },
      items: { shapes: ['string', { component: ['ComplexFieldType'] }] },
    },
  },
];
