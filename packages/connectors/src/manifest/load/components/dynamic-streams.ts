import type { ComponentDeclaration } from '../declaration.ts';
import { VALUE_TYPE } from './value-type.ts';

/** Streams that are made of a template. */
export const dynamicStreams: readonly ComponentDeclaration[] = [
  {
    name: 'DynamicDeclarativeStream',
    about: 'A template of streams and where their differences come from.',
    fields: {
      name: { shapes: ['string'], default: '' },
      stream_template: {
        shapes: [{ component: ['DeclarativeStream', 'StateDelegatingStream'] }],
        required: true,
        defaultType: 'DeclarativeStream',
      },
      components_resolver: {
        shapes: [
          { component: ['HttpComponentsResolver', 'ConfigComponentsResolver', 'ParametrizedComponentsResolver'] },
        ],
        required: true,
        defaultType: 'ConfigComponentsResolver',
      },
      use_parent_parameters: { shapes: ['boolean'], default: true },
    },
  },
  {
    name: 'HttpComponentsResolver',
    about: 'A stream for each record of an endpoint.',
    fields: {
      retriever: {
        shapes: [{ component: ['SimpleRetriever', 'AsyncRetriever', 'CustomRetriever'] }],
        required: true,
        defaultType: 'SimpleRetriever',
      },
      components_mapping: {
        shapes: [{ listOf: [{ component: ['ComponentMappingDefinition'] }] }],
        required: true,
        defaultType: 'ComponentMappingDefinition',
      },
    },
  },
  {
    name: 'ConfigComponentsResolver',
    about: 'A stream for each entry of lists in the configuration.',
    fields: {
      stream_config: {
        shapes: [{ listOf: [{ component: ['StreamConfig'] }] }, { component: ['StreamConfig'] }],
        required: true,
        defaultType: 'StreamConfig',
      },
      components_mapping: {
        shapes: [{ listOf: [{ component: ['ComponentMappingDefinition'] }] }],
        required: true,
        defaultType: 'ComponentMappingDefinition',
      },
    },
  },
  {
    name: 'ParametrizedComponentsResolver',
    about: 'A stream for each entry of a list in the manifest.',
    fields: {
      stream_parameters: { shapes: [{ component: ['StreamParametersDefinition'] }], required: true },
      components_mapping: { shapes: [{ listOf: [{ component: ['ComponentMappingDefinition'] }] }], required: true },
    },
  },
  {
    name: 'StreamConfig',
    about: 'A list in the configuration.',
    fields: {
      configs_pointer: { shapes: [{ listOf: ['string'] }], required: true, context: ['parameters'] },
      default_values: { shapes: [{ listOf: ['object'] }] },
    },
  },
  {
    name: 'StreamParametersDefinition',
    about: 'The list in the manifest.',
    fields: { list_of_parameters_for_stream: { shapes: [{ listOf: ['object'] }], required: true } },
  },
  {
    name: 'ComponentMappingDefinition',
    about: 'Which place of the template gets which value.',
    fields: {
      field_path: {
        shapes: [{ listOf: ['string'] }],
        required: true,
        context: ['config', 'components_values', 'stream_slice', 'stream_template_config'],
      },
      value: {
        shapes: ['string'],
        required: true,
        context: ['config', 'stream_template_config', 'components_values', 'stream_slice'],
      },
      value_type: { shapes: [...VALUE_TYPE.shapes] },
      create_or_update: { shapes: ['boolean'], default: false },
      condition: {
        shapes: ['string'],
        context: ['config', 'stream_template_config', 'components_values', 'stream_slice'],
      },
    },
  },
];
