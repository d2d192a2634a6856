import type * as Amqplib from 'amqplib';
import type { ChannelModel } from 'amqplib';
import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import { isTlsVersion, type RabbitMqSettings, tlsVersions } from './fields.ts';

/** Throws `ConnectorError('configuration')` when the optional package is absent. */
export async function loadAmqplib(): Promise<typeof Amqplib> {
  try {
    return await import('amqplib');
  } catch (cause) {
    const words = 'RabbitMQ needs the package amqplib; add it with `npm install amqplib`.';
    throw new ConnectorError('configuration', words, { cause });
  }
}

/** Connects to the first of the nodes that answers. Throws `ConnectorError`, of the last of them. */
export async function openConnection(ctx: TypeContext<RabbitMqSettings>): Promise<ChannelModel> {
  let last: unknown;
  for (const node of ctx.settings.hostPortList) {
    try {
      return await openNode(ctx, node);
    } catch (error) {
      ctx.signal.throwIfAborted();
      last = error;
      if (!(error instanceof ConnectorError) || error.reason !== 'unavailable') throw error;
    }
  }
  throw last;
}

async function openNode(
  ctx: TypeContext<RabbitMqSettings>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ChannelModel> {
  const { settings } = ctx;
  const { connect } = await loadAmqplib();
  // The client takes no socket, so it is given the address that was checked, and the name for TLS.
  const [checked] = await ctx.resolve(host);
  const isTls = settings.connectionFactoryUseSslProtocol;
  const password = settings.connectionFactoryPassword?.reveal();
  const user = settings.authenticationEnabled ? settings.connectionFactoryUsername : null;
  try {
    const connection = await connect(
      {
        protocol: isTls ? 'amqps' : 'amqp',
        hostname: checked?.address ?? host,
        port,
        vhost: encodeURIComponent(settings.connectionFactoryVirtualHost),
        channelMax: settings.connectionFactoryRequestedChannelMax,
        frameMax: settings.connectionFactoryRequestedFrameMax,
        heartbeat: settings.connectionFactoryRequestedHeartbeat,
        ...(user !== null && { username: user, password: password ?? '' }),
      },
      {
        timeout: settings.connectionFactoryConnectionTimeout,
        noDelay: true,
        clientProperties: { connection_name: 'tributary', ...settings.connectionFactoryClientProperties },
        ...(isTls && (await tlsOptions(ctx, host))),
      },
    );
    // Without a listener an error of the connection would end the process; it shows where it is used next.
    connection.on('error', () => undefined);
    return connection;
  } catch (error) {
    throw toConnectorError(error, `${host}:${port}`, settings);
  }
}

async function tlsOptions({ settings, keyMaterial }: TypeContext<RabbitMqSettings>, host: string): Promise<object> {
  const { trustStoreName, connectionFactorySslProtocol: version } = settings;
  const minVersion = isTlsVersion(version) ? tlsVersions.get(version) : undefined;
  const isName = !/^[\d.]+$|:/.test(host);
  return {
    ...(isName && { servername: host }),
    ...(minVersion !== undefined && { minVersion }),
    ...(trustStoreName !== null && { ca: (await keyMaterial(trustStoreName)).certificates }),
  };
}

type Verdict = readonly [reason: ConnectorErrorReason, advice: string];

/** What the broker says while a connection is opened (its words, since the client keeps no code of them). */
const SAID: readonly (readonly [RegExp, (settings: RabbitMqSettings) => Verdict])[] = [
  [/ACCESS[-_]REFUSED.*(?:login|mechanism|PLAIN)|403.*login/i, () => ['credential', 'Check user and password.']],
  [
    /vhost|NOT[-_]ALLOWED|ConnectionOpenOk/i,
    ({ connectionFactoryVirtualHost: name }) => [
      'configuration',
      `Check the virtual host '${name}', and that the user may use it.`,
    ],
  ],
  [/ACCESS[-_]REFUSED/i, () => ['configuration', 'Grant the user the right to write to the exchange.']],
  [/404|NOT[-_]FOUND/i, () => ['configuration', 'Make it at the broker, or correct exchange and routing key.']],
];

const TLS_FAULT = /CERT|SIGNED|ISSUER|ALTNAME|ERR_SSL|EPROTO/;

/** Turns what the client or a socket threw into words that say what to change. */
export function toConnectorError(error: unknown, where: string, settings: RabbitMqSettings): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const said = error instanceof Error ? error.message : 'unknown';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (TLS_FAULT.test(code))
    return new ConnectorError(
      'configuration',
      `The TLS of ${where} does not fit (${code}). Name the certificate of its authority as trustStoreName; check host and TLS version.`,
      { cause: error },
    );
  const known = SAID.find(([pattern]) => pattern.test(said))?.[1](settings);
  const [reason, advice] = known ?? ['unavailable', 'Check host, port and TLS.'];
  return new ConnectorError(reason, `${where}: ${said}. ${advice}`, { cause: error });
}
