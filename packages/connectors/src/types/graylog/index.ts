import type { Socket } from 'node:net';
import { ConnectorError } from '../../kit/connector-error.ts';
import { defineConnectionType } from '../../kit/connection-type.ts';
import type { OpenConnection } from '../../kit/connection-type.ts';
import { sendDatagrams } from '../../kit/datagrams.ts';
import { advised } from '../../kit/far-end-error.ts';
import { createStreamSender } from '../../kit/stream-sender.ts';
import { conditions, Fields } from './fields.ts';
import type { GraylogContext } from './fields.ts';
import { Gate } from './gate.ts';
import { gelfMessage, packetsOf, terminated } from './gelf.ts';
import { trustedChain } from './trusted-chain.ts';

const CHECK = 'Check hostname, port and transportType.';
const CHECK_TCP = 'Check hostname, port, tlsEnabled and the trusted certificates, or raise connectTimeout.';

/** What TLS trusts; undefined without TLS. Throws `ConnectorError('configuration')`. */
function tlsOptions({ settings }: GraylogContext): { rejectUnauthorized: boolean; ca?: string } | undefined {
  const { tlsEnabled, tlsCertVerificationEnabled, tlsTrustCertChainFile: file } = settings;
  if (!tlsEnabled) return undefined;
  return {
    rejectUnauthorized: tlsCertVerificationEnabled,
    ...(tlsCertVerificationEnabled && file !== null && { ca: trustedChain(file) }),
  };
}

async function connect({ settings, connect: dial }: GraylogContext, tls: ReturnType<typeof tlsOptions>) {
  const { hostname: host, port, connectTimeout: timeoutMs, tcpNoDelay, tcpKeepAlive } = settings;
  const socket: Socket = await advised(dial({ host, port, timeoutMs, ...(tls && { tls }) }), CHECK_TCP);
  return socket.setNoDelay(tcpNoDelay).setKeepAlive(tcpKeepAlive);
}

function sendByUdp({ settings, resolve, signal }: GraylogContext, packets: readonly Uint8Array[]): Promise<void> {
  const { hostname: host, port, sendBufferSize } = settings;
  const target = { host, port, resolve, signal, ...(sendBufferSize > 0 && { sendBufferBytes: sendBufferSize }) };
  return advised(sendDatagrams(target, packets), CHECK);
}

async function test(ctx: GraylogContext): Promise<{ readonly message: string }> {
  const where = `${ctx.settings.hostname}:${ctx.settings.port}`;
  if (ctx.settings.transportType === 'UDP') {
    // No GELF server makes a message of an empty packet; only a refusal comes back.
    await sendByUdp(ctx, [new Uint8Array()]);
    return { message: `${where} did not refuse an empty packet; UDP tells no more. Look there for a message.` };
  }
  const tls = tlsOptions(ctx);
  (await connect(ctx, tls)).destroy();
  return { message: `${where} takes connections${tls ? ' by TLS' : ''}; nothing was sent.` };
}

function openTcp(ctx: GraylogContext, gate: Gate): OpenConnection {
  const { settings, clock } = ctx;
  const tls = tlsOptions(ctx);
  const stop = new AbortController();
  let mayConnectAt = 0;
  const sender = createStreamSender({
    async open() {
      const pause = mayConnectAt - clock.now();
      if (pause > 0) await clock.sleep(pause, AbortSignal.any([stop.signal, ctx.signal]));
      try {
        return await connect(ctx, tls);
      } catch (error) {
        mayConnectAt = clock.now() + settings.reconnectDelay;
        throw error;
      }
    },
    where: `${settings.hostname}:${settings.port}`,
    writeMs: settings.connectTimeout,
  });
  return {
    notify: (notice) =>
      gate.run(() => advised(sender.send(terminated(gelfMessage(notice, settings))), 'Check the server.')),
    close() {
      stop.abort(new ConnectorError('unavailable', 'The connection was closed here.'));
      return sender.close();
    },
  };
}

/** Sends messages to a Graylog server. */
export const graylog = defineConnectionType({
  id: 'graylog',
  title: 'Graylog',
  description: 'Sends each notification as a GELF message to Graylog or another server that takes GELF.',
  fields: Fields,
  conditions,
  notifies: true,
  test,
  async open(ctx) {
    const { settings } = ctx;
    const gate = new Gate(settings.maxInflightSends, settings.queueSize);
    if (settings.transportType === 'TCP') return openTcp(ctx, gate);
    return {
      notify: (notice) =>
        gate.run(async () => await sendByUdp(ctx, await packetsOf(gelfMessage(notice, settings), settings))),
      close: () => Promise.resolve(),
    };
  },
});
