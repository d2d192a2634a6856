import { typedIn } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { fieldIssues } from '../lib/field-issues.ts';
import { fieldRequired } from '../lib/field-required.ts';

/** What secret values look like on the wire; sent back, it means "unchanged". */
export const mask = '********';

/** A connector's settings, split by where they live. */
export interface SplitConfig {
  /** Says where the system is: belongs to the connection. */
  readonly endpoint: JsonObject;
  /** Read options: belong to the source connection. */
  readonly options: JsonObject;
  /** Configuration fields that are secret: sealed with the credentials. */
  readonly secrets: JsonObject;
}

/** What the vault keeps of a connection. */
export interface SealedSettings {
  readonly credentials: JsonObject;
  readonly config: JsonObject;
}

/** What the vault is to keep: credentials may hold `Secret`s. */
export interface SettingsToSeal {
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly config: JsonObject;
}

/** Validates a whole configuration. Throws `invalid_config_fields`; unknown fields are refused, as they are mostly typing errors. */
export function checkConfig(connector: Connector, config: JsonObject): void {
  const parsed = connector.config.strict().safeParse(config, { error: fieldRequired });
  if (!parsed.success)
    throw errors.invalid_config_fields({ issues: fieldIssues(parsed.error.issues, ['body', 'config']) });
}

/** Of the sets of fields that may be typed in the one that fits; else the one that knows most of what was given. */
function fieldsFor(connector: Connector, credentials: JsonObject): z.ZodObject {
  const sets = typedIn(connector.auth);
  const known = (fields: z.ZodObject): number => Object.keys(credentials).filter((name) => name in fields.shape).length;
  const fitting = sets.find((fields) => fields.strict().safeParse(credentials).success);
  return fitting ?? sets.toSorted((a, b) => known(b) - known(a))[0] ?? z.object({});
}

/** Validates credentials that a person typed in. Throws `invalid_auth_fields`. */
export function checkCredentials(connector: Connector, credentials: JsonObject): void {
  const parsed = fieldsFor(connector, credentials).strict().safeParse(credentials, { error: fieldRequired });
  if (!parsed.success) {
    throw errors.invalid_auth_fields({
      issues: fieldIssues(parsed.error.issues, ['body', 'authentication', 'credentials']),
    });
  }
}

function isSecretField(connector: Connector, name: string): boolean {
  const field = connector.config.shape[name];
  return field instanceof z.ZodType && field.meta()?.['secret'] === true;
}

/** Splits a validated configuration by where its parts live; in the stored parts a secret is replaced by the mask. */
export function splitConfig(connector: Connector, config: JsonObject): SplitConfig {
  const endpoint: Record<string, Json | undefined> = {};
  const options: Record<string, Json | undefined> = {};
  const secrets: Record<string, Json | undefined> = {};
  for (const [name, value] of Object.entries(config)) {
    const secret = isSecretField(connector, name) && value !== null;
    if (secret) secrets[name] = value;
    (connector.endpoint.includes(name) ? endpoint : options)[name] = secret ? mask : value;
  }
  return { endpoint, options, secrets };
}

/** Puts the stored values back where the caller sent the mask. */
export function unmask(given: JsonObject, stored: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === mask && name in stored ? stored[name] : value]),
  );
}
