import { z } from 'zod';
import { outsideKinds } from '../../auth/providers/outside-provider.ts';
import { JsonMap, Timestamp, Uuid } from '../../http/wire-values.ts';
import { Limit } from '../../http/paging.ts';
import { Fields } from './source-schema.ts';
import { text } from './text-schema.ts';

/** A kind of outside vault, with the fields that it asks for. */
export const AuthProvider = z
  .object({
    name: z.string(),
    short_name: z.string(),
    class_name: z.string(),
    auth_config_class: z.string(),
    config_class: z.string(),
    description: z.string().nullable(),
    auth_fields: Fields.describe('What proves us to it: `auth_fields` of the request that connects one.'),
    config_fields: Fields.describe('What names an account there: `provider_config` of a source connection.'),
  })
  .meta({ id: 'AuthProvider' });

export const AuthProviderConnection = z
  .object({
    id: Uuid,
    organization_id: Uuid,
    name: z.string(),
    readable_id: z.string(),
    short_name: z.string(),
    description: z.string().nullable(),
    masked_client_id: z.string().nullable().describe('Beginning and end of the client id, where the key has one.'),
    created_at: Timestamp,
    modified_at: Timestamp,
    created_by_email: z.string().nullable(),
    modified_by_email: z.string().nullable(),
  })
  .meta({ id: 'AuthProviderConnection' });

const Name = text({ min: 1, max: 255 });
const Description = text({ max: 255 }).nullable();

export const AuthProviderConnectionCreate = z
  .object({
    name: Name,
    readable_id: z
      .string()
      .max(128)
      .regex(
        /^[a-z0-9]+(-[a-z0-9]+)*$/,
        'readable_id should be lower-case letters and digits, joined by single hyphens',
      )
      .nullish()
      .describe('Made from the name when it is not given.'),
    description: Description.optional(),
    short_name: z.enum(outsideKinds),
    auth_fields: JsonMap.nullish(),
  })
  .meta({ id: 'AuthProviderConnectionCreate' });

export const AuthProviderConnectionUpdate = z
  .object({
    name: Name.nullish(),
    description: Description.optional(),
    auth_fields: JsonMap.nullish().describe('The whole key anew; null keeps the one that there is.'),
  })
  .meta({ id: 'AuthProviderConnectionUpdate' });

export const AuthProviderParams = z.object({ readable_id: z.string() });
export const AuthProviderKindParams = z.object({ short_name: z.string() });
export const AuthProviderListQuery = z.object({ skip: z.coerce.number().int().min(0).default(0), limit: Limit });
