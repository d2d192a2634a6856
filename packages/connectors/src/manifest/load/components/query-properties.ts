import type { ComponentDeclaration } from '../declaration.ts';

/** Fields that an API wants to be asked for by name. */
export const queryProperties: readonly ComponentDeclaration[] = [
  {
    name: 'QueryProperties',
    about: 'Which fields are asked for.',
    fields: {
      property_list: { shapes: [{ listOf: ['string'] }, { component: ['PropertiesFromEndpoint'] }], required: true },
      always_include_properties: { shapes: [{ listOf: ['string'] }] },
      property_chunking: { shapes: [{ component: ['PropertyChunking'] }] },
      property_selector: { shapes: [{ component: ['JsonSchemaPropertySelector'] }] },
    },
  },
  {
    name: 'PropertiesFromEndpoint',
    about: 'Asks the API which fields there are.',
    fields: {
      property_field_path: { shapes: [{ listOf: ['string'] }], required: true, context: ['config', 'parameters'] },
      retriever: { shapes: [{ component: ['SimpleRetriever', 'CustomRetriever'] }], required: true },
    },
  },
  {
    name: 'PropertyChunking',
    about: 'Spreads fields over several requests.',
    fields: {
      property_limit_type: { shapes: [{ oneOf: ['characters', 'property_count'] }], required: true },
      property_limit: { shapes: ['integer'] },
      record_merge_strategy: { shapes: [{ component: ['GroupByKeyMergeStrategy'] }] },
    },
  },
  {
    name: 'GroupByKeyMergeStrategy',
    about: 'Joins what several requests say of one record.',
    fields: { key: { shapes: ['string', { listOf: ['string'] }], required: true } },
  },
  {
    name: 'JsonSchemaPropertySelector',
    about: 'Asks only for fields that the user selected.',
    fields: {
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
      },
    },
  },
];
