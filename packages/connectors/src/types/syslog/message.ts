import { hostname } from 'node:os';
import type { Notice } from '../../kit/notice.ts';
import { FACILITIES, SEVERITIES } from './fields.ts';
import type { Settings } from './fields.ts';

const LEAST_SEVERE: Readonly<Record<Notice['severity'], number>> = { error: 3, warning: 4, info: 7 };
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Most bytes of a message: what receivers must take (RFC 3164, section 4.1; RFC 5424, section 6.1), more over TCP. */
const MOST_BYTES = { UDP: { RFC_3164: 1_024, RFC_5424: 2_048, RFC_5425: 2_048 }, TCP: 8_192 } as const;

/** Printable ASCII without spaces, as headers must be; `-` when nothing is left (RFC 5424, section 6). */
function word(text: string, most: number): string {
  const clean = text.replace(/[^\x21-\x7e]/g, '_').slice(0, most);
  return clean === '' ? '-' : clean;
}

/** One line: a line break would end a message on TCP, and start one that somebody else wrote. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

const two = (value: number): string => String(value).padStart(2, '0');

/** `Nov  6 04:05:06`, in the time of this machine, as RFC 3164 has it. */
function shortTime(at: number): string {
  const time = new Date(at);
  const day = String(time.getDate()).padStart(2, ' ');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${MONTHS[time.getMonth()]} ${day} ${clock}`;
}

/** The first bytes of a text that make whole characters. */
function cut(text: string, most: number): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

/** Facility and severity as one number. */
function priority(notice: Notice, { syslogFacility, syslogSeverity }: Settings): number {
  const severity = Math.min(SEVERITIES.indexOf(syslogSeverity), LEAST_SEVERE[notice.severity]);
  return FACILITIES.indexOf(syslogFacility) * 8 + severity;
}

/** A notice as one syslog message, without frame. */
export function syslogMessage(notice: Notice, settings: Settings): Buffer {
  const { syslogMessageFormat: format, syslogProtocolType: transport } = settings;
  const most = transport === 'TCP' ? MOST_BYTES.TCP : MOST_BYTES.UDP[format];
  const pri = `<${priority(notice, settings)}>`;
  const host = word(settings.syslogMessageHostname ?? hostname(), 255);
  const app = word(settings.syslogAppName, format === 'RFC_3164' ? 32 : 48);
  const said = oneLine(`${notice.title}: ${notice.text} ${JSON.stringify(notice.facts)}`);
  if (format === 'RFC_3164') return cut(`${pri}${shortTime(notice.at)} ${host} ${app}: ${said}`, most);
  const head = `${pri}1 ${new Date(notice.at).toISOString()} ${host} ${app} - ${word(notice.kind, 32)} -`;
  // The mark says that the text is UTF-8 (RFC 5424, section 6.4).
  return cut(`${head} \ufeff${said}`, most);
}

/** The message as it goes over TCP: its length before it, or a line feed behind it (RFC 6587, section 3.4; RFC 5425, section 4.3). */
export function framed(message: Buffer, { syslogMessageFormat }: Settings): Buffer {
  if (syslogMessageFormat === 'RFC_5425') return Buffer.concat([Buffer.from(`${message.length} `), message]);
  return Buffer.concat([message, Buffer.from('\n')]);
}
