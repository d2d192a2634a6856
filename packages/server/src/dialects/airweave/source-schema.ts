import { z } from 'zod';

const ConfigField = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string().nullable(),
    type: z.string(),
    required: z.boolean(),
    items_type: z.string().nullable(),
    feature_flag: z.string().nullable(),
    is_secret: z.boolean(),
  })
  .meta({ id: 'ConfigField' });
export type ConfigField = z.output<typeof ConfigField>;

export const Fields = z.object({ fields: z.array(ConfigField) }).meta({ id: 'Fields' });

export const Source = z
  .object({
    name: z.string(),
    description: z.string(),
    auth_methods: z.array(z.string()),
    oauth_type: z.string().nullable(),
    requires_byoc: z.boolean(),
    auth_config_class: z.string().nullable(),
    config_class: z.string().nullable(),
    short_name: z.string(),
    class_name: z.string(),
    output_entity_definitions: z.array(z.string()),
    labels: z.array(z.string()),
    supports_continuous: z.boolean(),
    federated_search: z.boolean(),
    supports_temporal_relevance: z.boolean(),
    supports_access_control: z.boolean(),
    rate_limit_level: z.string().nullable(),
    feature_flag: z.string().nullable(),
    supports_browse_tree: z.boolean(),
    auth_fields: Fields.nullable(),
    config_fields: Fields,
    supported_auth_providers: z.array(z.string()),
  })
  .meta({ id: 'Source' });

export const SourceParams = z.object({ short_name: z.string() });
