import { z } from 'zod';
import { MaxFileBytes } from '../../documents/max-file-bytes.ts';
import { GlobPatterns } from '../../documents/path-filter.ts';
import { direct } from '../../kit/auth.ts';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { secret } from '../../kit/fields.ts';

export const S3Config = z.object({
  bucket: z
    .string()
    .regex(/^[a-zA-Z0-9][\w.-]{1,254}$/, 'is not the name of a bucket')
    .refine((name) => !name.endsWith('--x-s3'), 'is a directory bucket; only general purpose buckets can be read')
    .meta({ title: 'Bucket' }),
  prefixes: z.array(z.string().max(1_024)).max(100).default([]).meta({
    title: 'Prefixes',
    description:
      'Only objects whose keys begin with one of these; for example handbook/. Empty means the whole bucket.',
  }),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'is not the name of a region')
    .default('us-east-1')
    .meta({ title: 'Region', description: 'For example eu-central-1; stores that have none take us-east-1.' }),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      title: 'Endpoint',
      description: 'Address of a store that is not Amazon’s, for example https://minio.example.com.',
    }),
  path_style: z.boolean().optional().meta({
    title: 'Bucket in the path',
    description: 'Ask for endpoint/bucket instead of bucket.endpoint. On when an endpoint is given, off otherwise.',
  }),
  include: GlobPatterns.default(['**']).meta({
    title: 'Include',
    description: 'Glob patterns of the objects to read, matched with the whole key; for example **/*.pdf.',
  }),
  exclude: GlobPatterns.default([]).meta({
    title: 'Exclude',
    description: 'Glob patterns of objects to leave out.',
  }),
  max_file_bytes: MaxFileBytes,
});

export type S3Config = z.output<typeof S3Config>;

export const auth = [
  direct(
    z.object({
      access_key_id: z.string().trim().min(1).meta({ title: 'Access key id' }),
      secret_access_key: secret({ title: 'Secret access key' }),
      session_token: secret({ title: 'Session token', description: 'Only with temporary credentials.' })
        .optional()
        .meta({ secret: true }),
    }),
  ),
] as const;

export type S3Context = ConnectorContext<S3Config, CredentialsOf<typeof auth>>;
