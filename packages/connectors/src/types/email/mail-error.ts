import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';
import { snippet } from '../../kit/redact-text.ts';
import type { Settings } from './fields.ts';

/** What nodemailer adds to its errors. */
interface MailFault {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  /** Node's own code, where `code` is the client's. */
  readonly originalCode?: unknown;
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
const BAD_CERTIFICATE: Meaning = {
  reason: 'unavailable',
  words:
    'shows a TLS certificate that is not trusted for this host. Check host, or set the property mail.smtp.ssl.trust to *.',
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

const codeText = (code: unknown): string => (typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? code : '');

/** RFC 4954, sections 5 and 6, and RFC 3207, section 4: what a server wants first; 4yz is for now only (RFC 5321). */
function meaningOfStatus(status: unknown): Meaning | undefined {
  if (status === 530 || status === 538) return NEEDS_TLS;
  return typeof status === 'number' && status >= 400 && status < 500 ? LATER : undefined;
}

function meaningOf({ code, originalCode, responseCode }: MailFault): Meaning {
  if (/CERT|SIGNED|ISSUER|ALTNAME/.test(codeText(originalCode))) return BAD_CERTIFICATE;
  const name = codeText(code);
  const known = name === '' ? '' : ` (${name})`;
  const unreachable: Meaning = {
    reason: 'unavailable',
    words: `cannot be reached or broke off${known}. Check host and port.`,
  };
  return meaningOfStatus(responseCode) ?? (Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined) ?? unreachable;
}

/** An error of the mail client as ours; `secrets` are taken out of what the server said. */
export function toConnectorError(error: unknown, settings: Settings, secrets: readonly string[]): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const fault: MailFault = error instanceof Error ? (error as MailFault) : {};
  const { reason, words } = meaningOf(fault);
  const { response } = fault;
  const said = typeof response === 'string' && response !== '' ? ` It said: ${snippet(response, secrets)}` : '';
  // The client's error holds the server's words as they came, and these may repeat a password.
  const cause = error instanceof Error ? snippet(error.message, secrets) : undefined;
  return new ConnectorError(reason, `${settings.host}:${settings.port} ${words}${said}`, { cause });
}
