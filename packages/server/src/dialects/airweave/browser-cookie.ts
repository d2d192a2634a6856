import type { Followed } from '../../source-connections/authorization/follow.ts';

/** Longer than an authorization lasts, so that one that took too long is told so. */
const MAX_AGE_SECONDS = 3600;

/**
 * The cookie by which a browser is known again when the provider sends it back. `Lax`: it must come along with a link from
 * the provider's page, and with nothing else from another site (RFC 6265bis §5.6.7).
 */
export function browserCookie({ name, value, isSecure }: NonNullable<Followed['cookie']>): string {
  return `${name}=${value}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

/** The value of a cookie in a `Cookie` header (RFC 6265 §4.2.1). */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const pair = header
    ?.split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
