import type { ComponentDeclaration } from '../declaration.ts';

/** How a connection is tried out. */
export const checks: readonly ComponentDeclaration[] = [
  {
    name: 'CheckStream',
    about: 'Reads the first record of named streams.',
    fields: {
      stream_names: { shapes: [{ listOf: ['string'] }] },
      dynamic_streams_check_configs: { shapes: [{ listOf: [{ component: ['DynamicStreamCheckConfig'] }] }] },
      config_overrides: { shapes: ['object'] },
    },
  },
  {
    name: 'DynamicStreamCheckConfig',
    about: 'How many of the streams that a template made are tried.',
    fields: {
      dynamic_stream_name: { shapes: ['string'], required: true },
      stream_count: { shapes: ['integer'], minimum: 1 },
    },
  },
  {
    name: 'CheckDynamicStream',
    about: 'Tries the first streams of all, for manifests whose streams are not known before.',
    fields: {
      stream_count: { shapes: ['integer'], required: true },
      use_check_availability: { shapes: ['boolean'], default: true },
      config_overrides: { shapes: ['object'] },
    },
  },
];
