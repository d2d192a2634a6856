import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';

type Verdict = readonly [reason: ConnectorErrorReason, advice: string];

const loginVerdict: Verdict = [
  'credential',
  'Check the user name and the password, and whether the account asks for TLS.',
];
const lockedVerdict: Verdict = ['credential', 'The account is locked or its password has expired.'];
const grantVerdict: Verdict = ['configuration', 'Grant the user SELECT on the table.'];
const goneVerdict: Verdict = ['configuration', 'The table is gone; choose the streams again.'];
const fullVerdict: Verdict = ['unavailable', 'The server has no free connection; allow more, or lower `connections`.'];
const endedVerdict: Verdict = ['unavailable', 'The server ended the connection or the query.'];
const lockVerdict: Verdict = ['unavailable', 'A lock is held by somebody else.'];

const PLUGINS = 'Let the user log in with mysql_native_password or caching_sha2_password.';

/** Numbers of the server's errors (MySQL "Server Error Message Reference", MariaDB "Error Codes") that say who has to act. */
const byNumber: Readonly<Record<number, Verdict>> = {
  1040: fullVerdict,
  1203: fullVerdict,
  1226: fullVerdict,
  1044: ['configuration', 'Check the name of the database, and grant the user SELECT on it.'],
  1049: ['configuration', 'Check the name of the database.'],
  1045: loginVerdict,
  1698: loginVerdict,
  1820: lockedVerdict,
  1862: lockedVerdict,
  3118: lockedVerdict,
  3955: lockedVerdict,
  4151: lockedVerdict,
  1129: ['unavailable', 'The server blocks this host after failed connections; run FLUSH HOSTS there.'],
  1130: ['configuration', 'Let the user connect from this host: its account names other hosts.'],
  1251: ['configuration', PLUGINS],
  3159: ['configuration', 'The server wants TLS; set ssl_mode to required.'],
  1142: grantVerdict,
  1143: grantVerdict,
  1227: grantVerdict,
  1051: goneVerdict,
  1146: goneVerdict,
  1054: ['configuration', 'A column is gone; the next sync reads the table as it is now.'],
  1356: ['configuration', 'The view cannot be read: it names what is gone or what its owner may not read.'],
  1449: ['configuration', 'The view cannot be read: the user who defined it is gone.'],
  1412: ['unavailable', 'The table was changed while it was read; it will be tried again.'],
  1205: lockVerdict,
  1213: lockVerdict,
  1053: endedVerdict,
  1152: endedVerdict,
  1158: endedVerdict,
  1159: endedVerdict,
  1160: endedVerdict,
  1161: endedVerdict,
  1184: endedVerdict,
  1317: endedVerdict,
  1927: endedVerdict,
  4031: endedVerdict,
  1969: ['unavailable', 'The server cancelled the query; raise its statement timeout for this user.'],
  3024: ['unavailable', 'The server cancelled the query; raise its statement timeout for this user.'],
  1021: ['unavailable', 'The server is short of resources.'],
  1037: ['unavailable', 'The server is short of resources.'],
  1038: ['unavailable', 'The server is short of resources; raise its sort_buffer_size.'],
  1041: ['unavailable', 'The server is short of resources.'],
};

/** Codes of the driver's own errors that no second attempt mends. */
const byCode: Readonly<Record<string, string>> = {
  HANDSHAKE_NO_SSL_SUPPORT: 'The server offers no TLS. Turn it on there, or set ssl_mode to preferred or disabled.',
  HANDSHAKE_SSL_ERROR: 'Give the authority that signed it as `ca`, or use ssl_mode `required` without one.',
  AUTH_SWITCH_PLUGIN_ERROR: PLUGINS,
  MYSQL_CLEAR_PASSWORD_NOT_ENABLED: PLUGINS,
};
const UNKNOWN_PLUGIN = 'unknown plugin';
/** A handshake of TLS that fails for another reason than the certificate is the network's. */
const CERTIFICATE = /certificat|altnames|self-signed|issuer/i;

interface ServerError extends Error {
  readonly errno: number;
}

/** Whether the server said so itself: its errors have a state (SQLSTATE), those of the driver have none. */
export const isFromServer = (error: unknown): error is ServerError =>
  error instanceof Error &&
  'sqlState' in error &&
  typeof error.sqlState === 'string' &&
  'errno' in error &&
  typeof error.errno === 'number';

/** Turns whatever `mysql2`, TLS or the socket threw into the error that the engine acts on. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (!(error instanceof Error)) return new ConnectorError('unavailable', `${doing}: the connection was lost.`);
  const options = { cause: error };
  if (isFromServer(error)) {
    const { errno, message } = error;
    const [reason, advice] = byNumber[errno] ?? ['invalid_answer', 'The server answered with an error.'];
    return new ConnectorError(reason, `${doing}: ${message} (${errno}). ${advice}`, options);
  }
  const { message } = error;
  const code = 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' ? byCode[code] : undefined;
  if (known !== undefined && (code !== 'HANDSHAKE_SSL_ERROR' || CERTIFICATE.test(message))) {
    return new ConnectorError('configuration', `${doing}: ${message}. ${known}`, options);
  }
  if (message.includes(UNKNOWN_PLUGIN)) {
    return new ConnectorError('configuration', `${doing}: ${PLUGINS}`, options);
  }
  return new ConnectorError(
    'unavailable',
    `${doing}: the connection was lost (${typeof code === 'string' ? code : message}).`,
    options,
  );
}
