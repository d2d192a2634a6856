import { z } from 'zod';
import type { Connector } from '../kit/connector.ts';
import { parseConfig, parseCredentials } from '../kit/connector-context.ts';
import { Secret } from '../kit/secret.ts';
import { splitConfig } from './connector-spec.ts';

/** What a context is made with. */
export interface GivenSettings {
  readonly config: unknown;
  readonly credentials: unknown;
}

/** Parses the file behind `--config`. Throws `ConnectorError('configuration')` that names the fields to change. */
export function givenSettings(connector: Connector, given: unknown): GivenSettings {
  const { config, credentials } = splitConfig(connector, given);
  return { config: parseConfig(connector, config), credentials: parseCredentials(connector, credentials) };
}

/**
 * As `givenSettings`, for reading. With a published specification, settings that do not fit are taken as they are: whether they
 * are needed shows at the source, as with the CDK, which proves settings in `check` only.
 */
export function settingsForReading(connector: Connector, given: unknown): GivenSettings {
  if (!connector.specified) return givenSettings(connector, given);
  const { config, credentials } = splitConfig(connector, given);
  const fields = connector.auth.find((scheme) => scheme.type === 'direct')?.fields ?? z.object({});
  const parsed = parseEach(fields, credentials);
  const wrapped = Object.entries(parsed).map(([name, value]) => [
    name,
    typeof value === 'string' ? new Secret(value) : value,
  ]);
  return { config: parseEach(connector.config, config), credentials: Object.fromEntries(wrapped) };
}

/** Each field by itself: what does not fit stays what it is. */
function parseEach(fields: z.ZodObject, given: unknown): Record<string, unknown> {
  const values = { ...(given as Record<string, unknown> | null) };
  for (const [name, field] of Object.entries(fields.shape)) {
    const parsed = (field as z.ZodType).safeParse(values[name]);
    if (parsed.success && parsed.data !== undefined) values[name] = parsed.data;
  }
  return values;
}
