import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';

/** SQLSTATE classes and codes (PostgreSQL manual, appendix A) that say who has to act; a longer match wins. */
const verdicts: readonly (readonly [prefix: string, reason: ConnectorErrorReason, advice: string])[] = [
  ['28', 'credential', 'Check the user name and the password, and that pg_hba.conf lets this user in.'],
  ['3D', 'configuration', 'Check the name of the database.'],
  ['42501', 'configuration', 'Grant the user USAGE on the schema and SELECT on the table.'],
  ['42P01', 'configuration', 'The table is gone; choose the streams again.'],
  ['42703', 'configuration', 'A column is gone; the next sync reads the table as it is now.'],
  ['42', 'configuration', 'The table was changed while it was read; run the sync again.'],
  ['3F', 'configuration', 'The schema is gone; choose the streams again.'],
  ['53300', 'unavailable', 'The server has no free connection; allow more, or lower `connections`.'],
  ['08', 'unavailable', 'The connection was lost.'],
  ['53', 'unavailable', 'The server is short of resources.'],
  ['57014', 'unavailable', 'The server cancelled the query; raise its statement timeout for this user.'],
  ['57', 'unavailable', 'The server is starting or stopping.'],
  ['58', 'unavailable', 'The server has a problem with its disk.'],
  ['40', 'unavailable', 'The server gave up the transaction, as a standby does; it will be tried again.'],
  ['25', 'unavailable', 'The server ended the transaction.'],
  ['72', 'unavailable', 'The snapshot became too old; it will be tried again.'],
  ['55', 'unavailable', 'A lock is held by somebody else.'],
];

/** TLS checks that fail because of what was configured, not because of the network. */
const CERTIFICATE_CODE = /CERT|SIGNED|ISSUER|ALTNAME/;

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Told by the field that every message of the server has; the driver's class would load the driver. */
const isFromServer = (error: unknown): error is Error =>
  error instanceof Error && 'severity' in error && typeof error.severity === 'string';

/** Turns whatever `pg`, TLS or the socket threw into the error that the engine acts on. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = codeOf(error);
  if (isFromServer(error)) {
    const [verdict] = verdicts
      .filter(([prefix]) => code.startsWith(prefix))
      .toSorted(([one], [other]) => other.length - one.length);
    const [, reason, advice] = verdict ?? ['', 'invalid_answer', 'The server answered with an error.'];
    return new ConnectorError(reason, `${doing}: ${error.message} (${code}). ${advice}`, { cause: error });
  }
  if (CERTIFICATE_CODE.test(code)) {
    const advice = 'Give the authority that signed it as `ca`, or use sslmode `require`.';
    return new ConnectorError(
      'configuration',
      `${doing}: the server's certificate is not trusted (${code}). ${advice}`,
      {
        cause: error,
      },
    );
  }
  const why = code === '' ? (error instanceof Error ? error.message : 'unknown reason') : code;
  return new ConnectorError('unavailable', `${doing}: the connection was lost (${why}).`, { cause: error });
}
