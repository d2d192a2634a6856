import type { ConnectionOptions as TlsOptions, SecureVersion } from 'node:tls';
import type { BaseOptions, SASLOptions } from '@platformatic/kafka';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { KeyMaterial } from '../../kit/key-material.ts';
import { brokersOf, type KafkaSettings, property } from './fields.ts';

const TLS: Readonly<Record<string, SecureVersion>> = {
  TLS_1_0: 'TLSv1',
  TLS_1_1: 'TLSv1.1',
  TLS_1_2: 'TLSv1.2',
  TLS_1_3: 'TLSv1.3',
};
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const LONGEST_MS = 300_000;

/** What the client is made of, from the properties that Java's client knows by the same names; others mean nothing here. */
export async function clientOptions(
  settings: KafkaSettings,
  keyMaterial: (name: string) => Promise<KeyMaterial>,
): Promise<BaseOptions> {
  const protocol = property(settings, 'security.protocol')?.toUpperCase() ?? 'PLAINTEXT';
  const isTls = settings.enableSecure || protocol.endsWith('SSL');
  const sasl = protocol.startsWith('SASL') || property(settings, 'sasl.mechanism') !== undefined;
  return {
    clientId: property(settings, 'client.id')?.replaceAll(/\s/g, '-') ?? 'tributary',
    bootstrapBrokers: [...brokersOf(property(settings, 'bootstrap.servers') ?? '')],
    connectTimeout: milliseconds(settings, 'socket.connection.setup.timeout.ms', 10_000),
    requestTimeout: milliseconds(settings, 'request.timeout.ms', 30_000),
    timeout: milliseconds(settings, 'request.timeout.ms', 30_000),
    retries: 2,
    retryDelay: 300,
    autocreateTopics: false,
    ...(isTls && { tls: await tlsOptions(settings, keyMaterial) }),
    ...(sasl && { sasl: saslOptions(settings) }),
  };
}

function milliseconds(settings: KafkaSettings, name: string, otherwise: number): number {
  const given = Number(property(settings, name) ?? otherwise);
  return Number.isFinite(given) && given > 0 ? Math.min(given, LONGEST_MS) : otherwise;
}

async function tlsOptions(
  { protocolTypes, keyStoreName, trustStoreName, ...settings }: KafkaSettings,
  keyMaterial: (name: string) => Promise<KeyMaterial>,
): Promise<TlsOptions> {
  const versions = protocolTypes.flatMap((name) => TLS[name] ?? []).toSorted();
  const [lowest] = versions;
  const highest = versions.at(-1);
  const own = keyStoreName === null ? undefined : await keyMaterial(keyStoreName);
  const trusted = trustStoreName === null ? undefined : await keyMaterial(trustStoreName);
  if (own && !own.privateKey)
    throw new ConnectorError('configuration', `The key store '${own.name}' holds no private key; give one that does.`);
  return {
    ...(lowest && { minVersion: lowest }),
    ...(highest && { maxVersion: highest }),
    ...(own && { cert: own.certificates, key: own.privateKey?.reveal() }),
    ...(trusted && { ca: trusted.certificates }),
    // Java's way to say that names are not compared: the property is there and empty.
    ...(settings.propertiesMap['ssl.endpoint.identification.algorithm']?.value.reveal().trim() === '' && {
      checkServerIdentity: () => undefined,
    }),
  };
}

function saslOptions(settings: KafkaSettings): SASLOptions {
  const given = property(settings, 'sasl.mechanism') ?? 'PLAIN';
  const mechanism = MECHANISMS.find((one) => one === given.toUpperCase());
  if (!mechanism)
    throw new ConnectorError('configuration', `sasl.mechanism ${given} is not spoken; use ${MECHANISMS.join(', ')}.`);
  const login = property(settings, 'sasl.jaas.config') ?? '';
  const part = (name: string): string | undefined => {
    const [, quoted, bare] = new RegExp(`\\b${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`).exec(login) ?? [];
    return quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
  };
  const [username, password] = [part('username'), part('password')];
  if (username === undefined || password === undefined)
    throw new ConnectorError(
      'configuration',
      'Give user and password in sasl.jaas.config: org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";',
    );
  return { mechanism, username, password };
}
