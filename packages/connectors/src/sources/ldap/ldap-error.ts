import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';

type Verdict = readonly [reason: ConnectorErrorReason, advice: string];

/** Result codes (RFC 4511, appendix A) that say who has to act. */
const VERDICTS: Readonly<Record<number, Verdict>> = {
  3: ['unavailable', 'The server ran out of the time that it allows.'],
  4: [
    'configuration',
    'The server gives no more entries to this user; raise its size limit, or narrow filter and base.',
  ],
  7: ['configuration', 'The server takes no simple bind; allow it there.'],
  8: ['configuration', 'The server wants TLS; use ldaps:// or set useSsl.'],
  11: ['configuration', 'The server gives no more entries to this user; raise its limit, or narrow filter and base.'],
  13: ['configuration', 'The server wants TLS; use ldaps:// or set useSsl.'],
  32: ['configuration', 'Check baseDn, and that the user may see it.'],
  34: ['configuration', 'Check baseDn and the user: one of them is no distinguished name.'],
  48: ['credential', 'Check the user and the password.'],
  49: ['credential', 'Check the user and the password.'],
  50: ['configuration', 'Allow the user to search there.'],
  51: ['unavailable', 'The server is busy.'],
  52: ['unavailable', 'The server is not ready.'],
  53: ['configuration', 'The server refuses this; check its rules.'],
};

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

const CERTIFICATE = /CERT|SIGNED|ISSUER|ALTNAME/;

/** Turns what the library, TLS or the socket threw into an error that says what to change. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const said = error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
  const code = codeOf(error);
  const options = { cause: error };
  if (typeof code === 'number') {
    const [reason, advice] = VERDICTS[code] ?? (['invalid_answer', 'The server answered with an error.'] as const);
    return new ConnectorError(reason, `${doing}: ${said} (${code}). ${advice}`, options);
  }
  if (typeof code === 'string' && CERTIFICATE.test(code)) {
    const advice = 'Give the certificate of the authority that signed it, and check the name of the server.';
    return new ConnectorError(
      'configuration',
      `${doing}: the server's certificate is not trusted (${code}). ${advice}`,
      options,
    );
  }
  return new ConnectorError('unavailable', `${doing}: ${said}.`, options);
}
