import type { SMTPTransportOptions } from 'nodemailer';
import { advised } from '../../kit/far-end-error.ts';
import type { EmailContext } from './fields.ts';
import { property } from './fields.ts';

const CONNECT_MS = 10_000;
const GREETING_MS = 15_000;
const SILENCE_MS = 30_000;
const IMPLICIT_TLS_PORT = 465;

/** A time in milliseconds out of a property; the default when it is not a sensible number. */
function milliseconds(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 && value <= 300_000 ? value : fallback;
}

/**
 * Options of the mail client. Its `getSocket` is the seam: it is handed the guard's socket, which is connected (and in TLS when
 * that is implicit); STARTTLS wraps the same socket.
 */
function transportOptions(ctx: EmailContext): SMTPTransportOptions {
  const { settings } = ctx;
  const { host, port, enableStartTls, auth, username, password } = settings;
  const secure = port === IMPLICIT_TLS_PORT || property(settings, 'mail.smtp.ssl.enable') === 'true';
  const tls = { rejectUnauthorized: property(settings, 'mail.smtp.ssl.trust') !== '*' };
  const timeoutMs = milliseconds(property(settings, 'mail.smtp.connectiontimeout'), CONNECT_MS);
  const name = property(settings, 'mail.smtp.localhost');
  return {
    host,
    port,
    secure,
    tls,
    ...(enableStartTls && !secure ? { requireTLS: true } : { ignoreTLS: true }),
    ...(name !== undefined && { name }),
    ...(auth && username !== null && password !== null && { auth: { user: username, pass: password.reveal() } }),
    // Without it a server that offers no login would be taken for one that needs none.
    forceAuth: auth,
    connectionTimeout: timeoutMs + GREETING_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: milliseconds(property(settings, 'mail.smtp.timeout'), SILENCE_MS),
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket(_options, callback) {
      const target = { host, port, timeoutMs, ...(secure && { tls }) };
      advised(ctx.connect(target), 'Check host and port.').then(
        (connection) => callback(null, { connection, secured: secure }),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      );
    },
  };
}

/** A mail client that connects for each mail. */
export async function createMailer(ctx: EmailContext) {
  // Loaded with the first connection: listing and configuring types needs no client.
  const { createTransport } = await import('nodemailer');
  return createTransport(transportOptions(ctx));
}
