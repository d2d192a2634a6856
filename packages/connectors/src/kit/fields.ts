import { z } from 'zod';
import { Secret } from './secret.ts';

/** What a form needs beyond JSON Schema; kept in zod's metadata so that one declaration feeds API, docs and forms. */
export interface FieldMeta {
  readonly title: string;
  readonly description?: string;
  readonly secret?: boolean;
}

/** A text field that parses into a `Secret`; shown as a password field and never returned by any API. */
export function secret(meta: Omit<FieldMeta, 'secret'>): z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>> {
  return z
    .string()
    .min(1)
    .transform((value) => new Secret(value))
    .meta({ ...meta, secret: true });
}
