import { z } from 'zod';
import type { ConditionIssue, TypeContext } from '../../kit/connection-type.ts';
import { choice, flag, integer, optionalText, port, requiredText, secretText } from '../../kit/type-fields.ts';

/** In the order of their numbers, 0 to 7, which are syslog's. */
export const LEVELS = ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const;

/** Fields and defaults as Apinizer documents the connection type `graylog`. */
export const Fields = z.object({
  hostname: requiredText({ title: 'Server', description: 'Name or address.', max: 255 }),
  port: port({ title: 'Port', default: 12_201 }),
  transportType: choice(['TCP', 'UDP'], { title: 'Transport', default: 'TCP' }),
  tlsEnabled: flag({ title: 'TLS', description: 'TCP only.', default: false }),
  tlsCertVerificationEnabled: flag({
    title: 'Check the certificate',
    description: 'Needs `tlsTrustCertChainFile`; without it any certificate is taken.',
    default: false,
  }),
  compressionType: choice(['NONE', 'GZIP', 'ZLIB'], {
    title: 'Compression',
    description: 'UDP only, as GELF has it; TCP is never compressed.',
    default: 'NONE',
  }),
  gelfMessageLevel: choice(LEVELS, {
    title: 'Level',
    description: 'Of notifications that are no warning and no error; those are never less severe than their kind.',
    default: 'INFO',
  }),
  queueSize: integer({
    title: 'Queue',
    description: 'Messages that may wait for their turn; more are refused.',
    default: 512,
    min: 1,
    max: 100_000,
  }),
  reconnectDelay: integer({
    title: 'Pause',
    description: 'Milliseconds between a connection that failed and the next. TCP only.',
    default: 2_500,
    min: 0,
    max: 300_000,
  }),
  connectTimeout: integer({
    title: 'Timeout',
    description: 'Milliseconds to connect, TLS included, and to hand a message over. TCP only.',
    default: 10_000,
    min: 1,
    max: 300_000,
  }),
  tcpNoDelay: flag({ title: 'Send at once', description: 'TCP_NODELAY.', default: true }),
  tcpKeepAlive: flag({ title: 'Keep alive', description: 'SO_KEEPALIVE.', default: false }),
  sendBufferSize: integer({
    title: 'Send buffer',
    description: 'Bytes, for UDP; -1 is what the system has.',
    default: -1,
    min: -1,
    max: 16_777_216,
  }),
  maxInflightSends: integer({ title: 'Messages at once', default: 512, min: 1, max: 100_000 }),
  threads: integer({
    title: 'Threads',
    description: 'Kept for other clients of the contract; it has no effect.',
    default: 0,
    min: 0,
    max: 1_024,
  }),
  tlsTrustCertChainFile: secretText({
    title: 'Trusted certificates',
    description: 'Base64 of a PEM or DER file. Required when certificates are checked.',
  }),
  tlsTrustCertChainFileName: optionalText({ title: 'Name of the file', description: 'For people only.' }),
  appendToAttributes: flag({
    title: 'Facts as fields',
    description: 'The names and ids of a notification become fields of the message.',
    default: true,
  }),
  appendToMessage: flag({
    title: 'Facts as text',
    description: 'The names and ids of a notification stand in the full message.',
    default: true,
  }),
});

export type Settings = z.output<typeof Fields>;
export type GraylogContext = TypeContext<Settings>;

export function conditions(settings: Settings): readonly ConditionIssue[] {
  const { transportType, tlsEnabled, tlsCertVerificationEnabled, tlsTrustCertChainFile } = settings;
  if (tlsEnabled !== true) return [];
  return [
    ...(transportType === 'UDP'
      ? [{ path: ['tlsEnabled'], message: 'TLS: set transportType to TCP, or turn it off.' }]
      : []),
    ...(tlsCertVerificationEnabled === true && tlsTrustCertChainFile === null
      ? [
          {
            path: ['tlsTrustCertChainFile'],
            message: 'Trusted certificates is required when certificates are checked.',
          },
        ]
      : []),
  ];
}
