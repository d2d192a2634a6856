import { Secret } from './secret.ts';

/** The value of an `Authorization` header with a bearer token (RFC 6750 §2.1). */
export function bearer(token: Secret): Secret {
  return new Secret(`Bearer ${token.reveal()}`);
}

/** The value of an `Authorization` header with a name and a password (RFC 7617). */
export function basic(user: string, password: Secret | string): Secret {
  const plain = password instanceof Secret ? password.reveal() : password;
  return new Secret(`Basic ${Buffer.from(`${user}:${plain}`, 'utf8').toString('base64')}`);
}
