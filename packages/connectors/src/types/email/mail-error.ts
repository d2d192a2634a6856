import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';
import { snippet } from '../../kit/redact-text.ts';
import type { Settings } from './fields.ts';

/** What nodemailer adds to its errors. */
interface MailFault {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

interface Meaning {
  readonly reason: ConnectorErrorReason;
  readonly words: string;
}

const NEEDS_TLS: Meaning = {
  reason: 'configuration',
  words: 'wants TLS or a login first. Set enableStartTls to true or use port 465, and see whether auth is needed.',
};
const REFUSED_LOGIN: Meaning = {
  reason: 'credential',
  words: 'refused the login. Check username and password.',
};
const LATER: Meaning = { reason: 'unavailable', words: 'asks to try again later. Check its state if that goes on.' };

/** By the client's own codes. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  EAUTH: REFUSED_LOGIN,
  ENOAUTH: REFUSED_LOGIN,
  ETLS: {
    reason: 'configuration',
    words:
      'does not begin TLS as asked, or shows a certificate that is not trusted. Check enableStartTls and the port.',
  },
  EENVELOPE: {
    reason: 'configuration',
    words: 'refused the sender or the recipient. Check from and addressToTest.',
  },
  EMESSAGE: { reason: 'invalid_answer', words: 'did not take the mail. Check what it says.' },
};

function meaningOf(code: unknown, status: unknown): Meaning {
  // RFC 4954, sections 5 and 6, and RFC 3207, section 4: what a server wants first; 4yz is for now only (RFC 5321).
  if (status === 530 || status === 538) return NEEDS_TLS;
  if (typeof status === 'number' && status >= 400 && status < 500) return LATER;
  const name = typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? code : '';
  const known = name === '' ? '' : ` (${name})`;
  return (
    (Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined) ?? {
      reason: 'unavailable',
      words: `cannot be reached or broke off${known}. Check host and port.`,
    }
  );
}

/** An error of the mail client as ours; `secrets` are taken out of what the server said. */
export function toConnectorError(error: unknown, settings: Settings, secrets: readonly string[]): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code, responseCode, response }: MailFault = error instanceof Error ? (error as MailFault) : {};
  const { reason, words } = meaningOf(code, responseCode);
  const said = typeof response === 'string' && response !== '' ? ` It said: ${snippet(response, secrets)}` : '';
  return new ConnectorError(reason, `${settings.host}:${settings.port} ${words}${said}`, { cause: error });
}
