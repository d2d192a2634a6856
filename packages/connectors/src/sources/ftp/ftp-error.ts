import { ConnectorError } from '../../kit/connector-error.ts';

const codeOf = (error: unknown): string | number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? (error.code as string | number) : undefined;

/** The reply code (RFC 959 §4.2) of an error that the server itself answered with. */
export function replyCode(error: unknown): number | undefined {
  const code = codeOf(error);
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

const CERTIFICATE = /CERT|SIGNED|ISSUER|ALTNAME/;

/** Turns what the library, TLS or the socket threw into an error that says what to change. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const said = error instanceof Error ? error.message : 'unknown reason';
  const options = { cause: error };
  const code = replyCode(error);
  if (code === 530 || code === 332)
    return new ConnectorError('credential', `${doing}: ${said}. Check the user and the password.`, options);
  if (code !== undefined && code >= 500 && code !== 550 && code !== 553) {
    const advice = code === 534 || code === 521 || code === 522 ? ' Use protocol FTPS.' : '';
    return new ConnectorError('configuration', `${doing}: ${said}.${advice}`, options);
  }
  if (code === 550 || code === 553) return new ConnectorError('invalid_answer', `${doing}: ${said}.`, options);
  const tls = codeOf(error);
  if (typeof tls === 'string' && CERTIFICATE.test(tls)) {
    const advice = 'Give the authority that signed it as `ca`.';
    return new ConnectorError(
      'configuration',
      `${doing}: the server's certificate is not trusted (${tls}). ${advice}`,
      options,
    );
  }
  return new ConnectorError('unavailable', `${doing}: ${said}.`, options);
}
