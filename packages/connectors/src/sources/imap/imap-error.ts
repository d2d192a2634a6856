import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';

/** Response codes (RFC 5530, RFC 3501 §7.1) that say who has to act. */
const verdicts: Readonly<Record<string, readonly [reason: ConnectorErrorReason, advice: string]>> = {
  AUTHENTICATIONFAILED: ['credential', 'Check the user name and the password.'],
  AUTHORIZATIONFAILED: ['credential', 'The user may not log in here.'],
  EXPIRED: ['credential', 'The password has expired.'],
  WEBALERT: ['credential', 'The provider wants the user to log in on its web page first.'],
  PRIVACYREQUIRED: ['configuration', 'Set tls to `implicit` or `starttls`.'],
  CONTACTADMIN: ['configuration', 'The administrator of the mail server has to look at the account.'],
  NOPERM: ['configuration', 'Grant the user the right to read the mailbox, or leave it out.'],
  NONEXISTENT: ['unavailable', 'The mailbox went away while it was read.'],
  UNAVAILABLE: ['unavailable', 'The server has a problem of its own, or the account too many connections.'],
  INUSE: ['unavailable', 'Somebody else holds the mailbox.'],
  LIMIT: ['unavailable', 'The server limits connections or commands.'],
  SERVERBUG: ['unavailable', 'The server has a problem of its own.'],
  THROTTLED: ['rate_limited', 'The server asked to be left alone for a while.'],
};

/** TLS checks that fail because of what was configured, not because of the network. */
const CERTIFICATE_CODE = /CERT|SIGNED|ISSUER|ALTNAME/;

interface Told {
  readonly code?: unknown;
  readonly serverResponseCode?: unknown;
  readonly responseStatus?: unknown;
  readonly responseText?: unknown;
  readonly authenticationFailed?: unknown;
  readonly throttleReset?: unknown;
  readonly tlsFailed?: unknown;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Turns whatever the IMAP client, TLS or the socket threw into the error that the engine acts on. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const told: Told = typeof error === 'object' && error !== null ? error : {};
  const code = text(told.code);
  const say = (reason: ConnectorErrorReason, words: string): ConnectorError =>
    new ConnectorError(reason, `${doing}: ${words}`, {
      cause: error,
      ...(typeof told.throttleReset === 'number' && { retryAfterMs: told.throttleReset }),
    });
  if (code === 'ETHROTTLE') return say('rate_limited', 'the server asked to be left alone for a while.');
  if (CERTIFICATE_CODE.test(code))
    return say('configuration', `the server's certificate is not trusted (${code}). Give its authority as \`ca\`.`);
  if (told.tlsFailed === true)
    return say(
      'configuration',
      `the connection could not be made secure${code && ` (${code})`}. Check that the server offers STARTTLS, or set tls to \`implicit\`.`,
    );
  const answered = text(told.responseStatus);
  const verdict = verdicts[text(told.serverResponseCode).toUpperCase()];
  if (verdict) return say(verdict[0], `${text(told.responseText) || 'refused'}. ${verdict[1]}`);
  if (told.authenticationFailed === true)
    return say('credential', `${text(told.responseText) || 'login refused'}. Check the user name and the password.`);
  if (answered === 'NO' || answered === 'BAD')
    return say('invalid_answer', `the server answered ${answered} (${text(told.responseText)}).`);
  if (code.startsWith('ParserError')) return say('invalid_answer', `the server's answer is not IMAP (${code}).`);
  return say(
    'unavailable',
    `the connection was lost (${code || (error instanceof Error ? error.message : 'unknown')}).`,
  );
}
