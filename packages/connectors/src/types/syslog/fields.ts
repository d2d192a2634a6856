import { z } from 'zod';
import type { ConditionIssue, TypeContext } from '../../kit/connection-type.ts';
import { choice, flag, integer, optionalText, port, requiredText, text } from '../../kit/type-fields.ts';

/** In the order of their numbers, 0 to 23 (RFC 5424, section 6.2.1). */
export const FACILITIES = [
  ...(['KERN', 'USER', 'MAIL', 'DAEMON', 'AUTH', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON', 'AUTHPRIV', 'FTP'] as const),
  ...(['NTP', 'AUDIT', 'ALERT', 'CLOCK', 'LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5'] as const),
  ...(['LOCAL6', 'LOCAL7'] as const),
] as const;

/** In the order of their numbers, 0 to 7. */
export const SEVERITIES = [
  'EMERGENCY',
  'ALERT',
  'CRITICAL',
  'ERROR',
  'WARNING',
  'NOTICE',
  'INFORMATIONAL',
  'DEBUG',
] as const;

/** Fields and defaults as Apinizer documents the connection type `syslog`. */
export const Fields = z.object({
  syslogProtocolType: choice(['TCP', 'UDP'], { title: 'Transport', default: 'TCP' }),
  syslogMessageHostname: optionalText({
    title: 'Host name in messages',
    description: 'The name of the machine that sends, when absent.',
  }),
  syslogServerHostname: requiredText({ title: 'Server', description: 'Name or address.', max: 255 }),
  syslogPort: port({ title: 'Port', default: 514 }),
  syslogTimeout: integer({
    title: 'Timeout',
    description: 'Milliseconds to connect, TLS included, and to hand a message over. TCP only.',
    default: 500,
    min: 1,
    max: 300_000,
  }),
  syslogMessageFormat: choice(['RFC_3164', 'RFC_5424', 'RFC_5425'], {
    title: 'Format',
    description: 'RFC_5425 is RFC 5424 with the length before each message, over TCP only.',
    default: 'RFC_3164',
  }),
  syslogAppName: text({
    title: 'Application',
    description: 'The name of the sender in messages.',
    default: 'Apinizer',
  }),
  syslogFacility: choice(FACILITIES, { title: 'Facility', default: 'AUDIT' }),
  syslogSeverity: choice(SEVERITIES, {
    title: 'Severity',
    description: 'Of notifications that are no warning and no error; those are never less severe than their kind.',
    default: 'INFORMATIONAL',
  }),
  syslogSslEnabled: flag({
    title: 'TLS',
    description: 'TCP only; the certificate must be trusted by the system and name the server.',
    default: false,
  }),
});

export type Settings = z.output<typeof Fields>;
export type SyslogContext = TypeContext<Settings>;

export function conditions(settings: Settings): readonly ConditionIssue[] {
  if (settings.syslogProtocolType !== 'UDP') return [];
  return [
    ...(settings.syslogSslEnabled === true
      ? [{ path: ['syslogSslEnabled'], message: 'TLS: set syslogProtocolType to TCP, or turn it off.' }]
      : []),
    ...(settings.syslogMessageFormat === 'RFC_5425'
      ? [{ path: ['syslogMessageFormat'], message: 'Format: RFC_5425 is for TCP; set syslogProtocolType to TCP.' }]
      : []),
  ];
}
