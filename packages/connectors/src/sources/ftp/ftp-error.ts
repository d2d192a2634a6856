import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';

const codeOf = (error: unknown): string | number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? (error.code as string | number) : undefined;

/** The reply code (RFC 959 §4.2) of an error that the server itself answered with. */
export function replyCode(error: unknown): number | undefined {
  const code = codeOf(error);
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

const CERTIFICATE = /CERT|SIGNED|ISSUER|ALTNAME/;

/** By reply code; 450 too is of the path: ProFTPD says it of a folder that is not there. */
function verdictOf(code: number): readonly [ConnectorErrorReason, advice: string] {
  if (code === 530 || code === 332) return ['credential', ' Check the user and the password.'];
  if (code === 450 || code === 550 || code === 553) return ['invalid_answer', ''];
  if (code === 521 || code === 522 || code === 534) return ['configuration', ' Use protocol FTPS.'];
  return code >= 500 ? ['configuration', ''] : ['unavailable', ''];
}

/** Turns what the library, TLS or the socket threw into an error that says what to change. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const said = error instanceof Error ? error.message : 'unknown reason';
  const options = { cause: error };
  const reply = replyCode(error);
  if (reply !== undefined) {
    const [reason, advice] = verdictOf(reply);
    return new ConnectorError(reason, `${doing}: ${said.replace(/\.$/, '')}.${advice}`, options);
  }
  const code = codeOf(error);
  if (typeof code === 'string' && CERTIFICATE.test(code)) {
    const words = `${doing}: the server's certificate is not trusted (${code}). Give the authority that signed it as \`ca\`.`;
    return new ConnectorError('configuration', words, options);
  }
  return new ConnectorError('unavailable', `${doing}: ${said}.`, options);
}
