import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import { Secret } from '../../kit/secret.ts';
import { choice, flag, list, optionalText, requiredChoice, requiredText } from '../../kit/type-fields.ts';

const VALUE_TYPES = ['STRING', 'BOOLEAN', 'INTEGER', 'LONG', 'DOUBLE', 'FLOAT', 'STRING_LIST', 'URI'] as const;
export const PROTOCOLS = ['TLS_1_3', 'TLS_1_2', 'TLS_1_1', 'TLS_1_0', 'SSL_3_0'] as const;

/** What a client cannot do without. */
const NEEDED = ['bootstrap.servers', 'key.serializer', 'value.serializer'];

const Property = z.object({
  value: z.union([z.string().max(100_000), z.number(), z.boolean()], { error: 'Give the value as text.' }).transform(
    // Passwords travel in these (sasl.jaas.config), so each is a secret.
    (value) => new Secret(String(value)),
  ),
  valueType: choice(VALUE_TYPES, { title: 'Type of the value', default: 'STRING' }),
});

const propertiesMap = z
  .record(z.string().min(1).max(400), Property, {
    error: ({ input }) =>
      input === undefined || input === null
        ? 'Properties is required.'
        : 'Properties: give an object of names and {value, valueType}.',
  })
  .meta({
    title: 'Properties',
    description:
      'Of the Kafka client, by name: bootstrap.servers, key.serializer and value.serializer at least. Kept as a secret as a whole, since sasl.jaas.config holds a password.',
    secret: true,
  });

/** Fields and defaults as Apinizer documents the connection type `kafka`. */
export const shape = {
  topicName: requiredText({ title: 'Topic', description: 'Where notifications go.', max: 249 }),
  propertiesMap,
  enableSecure: flag({ title: 'TLS', default: false }),
  protocolTypes: list(requiredChoice(PROTOCOLS, { title: 'TLS version' }), {
    title: 'TLS versions',
    description: 'With TLS at least one; SSL_3_0 is taken and never used.',
  }),
  keyStoreName: optionalText({
    title: 'Key store',
    description: 'Our own certificate and key, by name; needed with TLS.',
  }),
  trustStoreName: optionalText({
    title: 'Trust store',
    description: 'Certificates that brokers are checked with, by name.',
  }),
};
export const Fields = z.object(shape);
export type KafkaSettings = z.output<typeof Fields>;

/** The value of a property; `undefined` when it is absent or empty. */
export function property(settings: Pick<KafkaSettings, 'propertiesMap'>, name: string): string | undefined {
  const text = settings.propertiesMap[name]?.value.reveal().trim();
  return text === '' ? undefined : text;
}

const FITS: Readonly<Record<(typeof VALUE_TYPES)[number], RegExp>> = {
  STRING: /^/,
  STRING_LIST: /^/,
  URI: /^[a-z][a-z0-9+.-]*:\S+$/i,
  BOOLEAN: /^(true|false)$/i,
  INTEGER: /^[+-]?\d{1,10}$/,
  LONG: /^[+-]?\d{1,19}$/,
  DOUBLE: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  FLOAT: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
};

export function conditions(settings: KafkaSettings): readonly ConditionIssue[] {
  return [...propertyIssues(settings), ...(settings.enableSecure === true ? tlsIssues(settings) : [])];
}

function* propertyIssues(settings: KafkaSettings): Generator<ConditionIssue> {
  for (const name of NEEDED)
    if (property(settings, name) === undefined)
      yield { path: ['propertiesMap', name], message: `Give the property ${name}.` };
  for (const [name, { value, valueType }] of Object.entries(settings.propertiesMap)) {
    const text = value.reveal();
    if (!hasPlaceholder(text) && !hasPlaceholder(valueType) && !FITS[valueType].test(text))
      yield { path: ['propertiesMap', name, 'value'], message: `Give the value of ${name} as ${valueType}.` };
  }
  const servers = property(settings, 'bootstrap.servers') ?? '';
  if (!hasPlaceholder(servers) && brokersOf(servers).some(({ port }) => !(port > 0 && port < 65_536)))
    yield { path: ['propertiesMap', 'bootstrap.servers'], message: 'Give brokers as host:port, parted by commas.' };
}

function* tlsIssues({ protocolTypes, keyStoreName }: KafkaSettings): Generator<ConditionIssue> {
  if (protocolTypes.length === 0) yield { path: ['protocolTypes'], message: 'Give at least one TLS version.' };
  else if (protocolTypes.every((one) => one === 'SSL_3_0'))
    yield {
      path: ['protocolTypes'],
      message: 'Give a TLS version beside SSL_3_0, which is broken and not spoken.',
    };
  if (keyStoreName === null) yield { path: ['keyStoreName'], message: 'Give the name of a key store of the project.' };
}

/** `host:port,[v6]:port`; without a port it is Kafka's own, 9092. */
export function brokersOf(servers: string): readonly { readonly host: string; readonly port: number }[] {
  return servers
    .split(',')
    .map((one) => one.trim().replace(/^[A-Z_]+:\/\//, ''))
    .filter((one) => one !== '')
    .map((one) => {
      const [, v6, host = '', port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(.*))?$/.exec(one) ?? [];
      return { host: v6 ?? host, port: port === undefined ? 9_092 : Number(port) };
    })
    .map((broker) => (broker.host === '' ? { ...broker, port: 0 } : broker));
}
