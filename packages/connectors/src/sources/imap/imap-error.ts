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
  /** Of the client, TLS or the socket. */
  readonly code: string;
  /** `NO` or `BAD`, when the server answered. */
  readonly status: string;
  /** What stood in brackets in the answer. */
  readonly responseCode: string;
  /** What the server said to people. */
  readonly words: string;
  readonly isLogin: boolean;
  readonly isTls: boolean;
  readonly retryAfterMs: number | undefined;
}

/** What the client's errors carry, whichever of their kinds it is. */
function toldBy(error: unknown): Told {
  const given: Readonly<Record<string, unknown>> = typeof error === 'object' && error !== null ? { ...error } : {};
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name] : '');
  const wait = given['throttleReset'];
  return {
    code: text('code'),
    status: text('responseStatus'),
    responseCode: text('serverResponseCode').toUpperCase(),
    words: text('responseText'),
    isLogin: given['authenticationFailed'] === true,
    isTls: given['tlsFailed'] === true,
    retryAfterMs: typeof wait === 'number' ? wait : undefined,
  };
}

type Verdict = readonly [reason: ConnectorErrorReason, words: string];

/** Problems of the connection itself. */
function verdictOfLine({ code, isTls }: Told): Verdict | undefined {
  if (code === 'ETHROTTLE') return ['rate_limited', 'the server asked to be left alone for a while.'];
  if (CERTIFICATE_CODE.test(code))
    return ['configuration', `the server's certificate is not trusted (${code}). Give its authority as \`ca\`.`];
  if (isTls) {
    const advice = 'Check that the server offers STARTTLS, or set tls to `implicit`.';
    return ['configuration', `the connection could not be made secure (${code || 'refused'}). ${advice}`];
  }
  return code.startsWith('ParserError') ? ['invalid_answer', `the server's answer is not IMAP (${code}).`] : undefined;
}

/** Answers that say no. */
function verdictOfAnswer({ status, responseCode, words, isLogin }: Told): Verdict | undefined {
  const known = verdicts[responseCode];
  if (known) return [known[0], `${words || 'refused'}. ${known[1]}`];
  if (isLogin) return ['credential', `${words || 'login refused'}. Check the user name and the password.`];
  return status === '' ? undefined : ['invalid_answer', `the server answered ${status} (${words}).`];
}

/** Turns whatever the IMAP client, TLS or the socket threw into the error that the engine acts on. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const told = toldBy(error);
  const why = told.code || (error instanceof Error ? error.message : 'unknown');
  const lost: Verdict = ['unavailable', `the connection was lost (${why}).`];
  const [reason, words] = verdictOfLine(told) ?? verdictOfAnswer(told) ?? lost;
  const { retryAfterMs } = told;
  return new ConnectorError(reason, `${doing}: ${words}`, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
