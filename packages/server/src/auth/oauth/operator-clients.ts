import { readFileSync, statSync } from 'node:fs';
import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import { ConfigError, settings } from '../../config.ts';
import type { OAuthClientCredentials } from './tokens.ts';

/** The clients that the operator registered, for every organization; by id of a provider or of a connector. */
export type OperatorClients = ReadonlyMap<string, OAuthClientCredentials>;

const ClientFile = z.record(
  z.string().min(1),
  z
    .strictObject({
      client_id: z.string().min(1),
      client_secret: z
        .string()
        .min(1)
        .transform((text) => new Secret(text))
        .optional(),
    })
    .transform(({ client_id: id, client_secret: secret }): OAuthClientCredentials => ({ id, secret })),
);

/**
 * Reads the operator's file of clients; none when no file is set. A client without a secret is a public one (RFC 6749 §2.1).
 * @throws ConfigError when the file is missing, can be read by others, or does not hold what it should; no value is repeated
 */
export function readOperatorClients(path: string | undefined): OperatorClients {
  if (path === undefined) return new Map();
  const { env } = settings.oauthClients;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) throw new ConfigError([`${env} names ${path}, which is not there`]);
  // Windows has no such bits.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new ConfigError([`${path} can be read by others (mode ${octal}). Run: chmod 600 ${path}`]);
  }
  const parsed = ClientFile.safeParse(jsonOf(path));
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const where = parsed.error.issues.map(
    ({ path: at, message }) => `${at.map(String).join('.') || 'the file'}: ${message}`,
  );
  throw new ConfigError([`${env}: ${path} does not hold OAuth clients: ${where.join('; ')}`]);
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's own words quote the text, and with it a secret.
    const reason = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw new ConfigError([`${settings.oauthClients.env}: ${path} cannot be read: ${reason}`]);
  }
}
