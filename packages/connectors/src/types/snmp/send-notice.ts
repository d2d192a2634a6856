import type { Session, Varbind } from 'net-snmp';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Notice } from '../../kit/notice.ts';
import type { Settings, SnmpContext } from './fields.ts';
import { library, openSession, targetOf } from './session.ts';

/** Most bytes of one variable, so that a message fits into one packet that every receiver takes (RFC 3417, section 3.2: 1472). */
const MOST_BYTES = 1_000;

const bareOid = (oid: string): string => oid.replace(/^\./, '');

function partOf(notice: Notice, written: string): string {
  const { id, kind, severity, title, text, facts } = notice;
  const time = new Date(notice.at).toISOString();
  const parts: Readonly<Record<string, string>> = {
    id,
    kind,
    severity,
    title,
    text,
    time,
    facts: JSON.stringify(facts),
  };
  return Object.hasOwn(parts, written) ? (parts[written] ?? written) : written;
}

/** The first bytes of a text that make whole characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length <= MOST_BYTES
    ? text
    : bytes
        .subarray(0, MOST_BYTES)
        .toString('utf8')
        .replace(/\ufffd$/, '');
}

function variablesOf(notice: Notice, settings: Settings, octets: number): Varbind[] {
  const { pduOidForMessage, pduOidForTime, pduVariableMap } = settings;
  const words: readonly (readonly [string, string])[] = [
    [pduOidForMessage, `${notice.title}\n${notice.text}`],
    ...(pduOidForTime === null ? [] : [[pduOidForTime, 'time'] as const]),
    ...Object.entries(pduVariableMap),
  ];
  return words.map(([oid, written]) => ({ oid: bareOid(oid), type: octets, value: cut(partOf(notice, written)) }));
}

/** What the client's error means; it says nothing of passphrases. */
function toConnectorError(error: unknown, settings: Settings): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { host, port } = targetOf(settings);
  const where = `${host}:${port}`;
  const { name, message, code } = error as Error & { readonly code?: unknown };
  const options = { cause: error };
  if (name === 'RequestTimedOutError') {
    const words = `${where} did not acknowledge in time. Check connectionString and the community or user, which a receiver that does not know them leaves unanswered, or raise timeout.`;
    return new ConnectorError('unavailable', words, options);
  }
  // The client's numbers for "could not decrypt" and "authentication failed".
  if (name === 'ResponseInvalidError' && (code === 4 || code === 5)) {
    const words = `${where} refused the user (${message}). Check securityName, protocols and passphrases.`;
    return new ConnectorError('credential', words, options);
  }
  if (name === 'ResponseInvalidError' || name === 'RequestFailedError')
    return new ConnectorError('invalid_answer', `${where} answered what does not fit (${message}).`, options);
  const known = typeof code === 'string' ? ` (${code})` : '';
  return new ConnectorError('unavailable', `${where} cannot be reached${known}. Check connectionString.`, options);
}

function deliver(session: Session, oid: string, variables: Varbind[], inform: boolean): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const done = (error: Error | null): void => (error ? reject(error) : resolve());
    if (inform) session.inform(oid, variables, done);
    else session.trap(oid, variables, { agentAddr: '0.0.0.0' }, done);
  });
}

/**
 * Sends a trap, or an inform and waits until it is acknowledged. Each has a session of its own, so the address is checked each
 * time. Throws `ConnectorError`.
 */
export async function sendNotice(ctx: SnmpContext, notice: Notice): Promise<void> {
  const { settings, signal } = ctx;
  const { ObjectType } = await library();
  const session = await openSession(ctx);
  // Closing fails what waits for an answer.
  const stop = (): void => void session.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const variables = variablesOf(notice, settings, ObjectType.OctetString);
    await deliver(session, bareOid(settings.pduOidForMessage), variables, settings.messageType === 'INFORM');
  } catch (error) {
    signal.throwIfAborted();
    throw toConnectorError(error, settings);
  } finally {
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) session.close();
  }
}
