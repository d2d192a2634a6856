import type { Socket } from 'node:net';
import { defineConnectionType } from '../../kit/connection-type.ts';
import type { OpenConnection } from '../../kit/connection-type.ts';
import { sendDatagrams } from '../../kit/datagrams.ts';
import { advised } from '../../kit/far-end-error.ts';
import { createStreamSender } from '../../kit/stream-sender.ts';
import { conditions, Fields } from './fields.ts';
import type { Settings, SyslogContext } from './fields.ts';
import { framed, syslogMessage } from './message.ts';

const CHECK = 'Check syslogServerHostname, syslogPort and syslogProtocolType.';
const CHECK_TCP = 'Check syslogServerHostname, syslogPort and syslogSslEnabled, or raise syslogTimeout.';

const whereOf = ({ syslogServerHostname: host, syslogPort: port }: Settings): string => `${host}:${port}`;

function connect({ settings, connect: dial }: SyslogContext): Promise<Socket> {
  const { syslogServerHostname: host, syslogPort: port, syslogTimeout: timeoutMs, syslogSslEnabled } = settings;
  return advised(dial({ host, port, timeoutMs, ...(syslogSslEnabled && { tls: {} }) }), CHECK_TCP);
}

function sendByUdp({ settings, resolve, signal }: SyslogContext, packets: readonly Uint8Array[]): Promise<void> {
  const { syslogServerHostname: host, syslogPort: port } = settings;
  return advised(sendDatagrams({ host, port, resolve, signal }, packets), CHECK);
}

async function test(ctx: SyslogContext): Promise<{ readonly message: string }> {
  const where = whereOf(ctx.settings);
  if (ctx.settings.syslogProtocolType === 'UDP') {
    // Receivers pass over an empty packet; only a refusal comes back.
    await sendByUdp(ctx, [new Uint8Array()]);
    return { message: `${where} did not refuse an empty packet; UDP tells no more. Look there for a message.` };
  }
  const socket = await connect(ctx);
  socket.destroy();
  return { message: `${where} takes connections${ctx.settings.syslogSslEnabled ? ' by TLS' : ''}; nothing was sent.` };
}

function openStream(ctx: SyslogContext): OpenConnection {
  const { settings } = ctx;
  const sender = createStreamSender({
    open: () => connect(ctx),
    where: whereOf(settings),
    writeMs: settings.syslogTimeout,
  });
  return {
    notify: (notice) => advised(sender.send(framed(syslogMessage(notice, settings), settings)), CHECK_TCP),
    close: () => sender.close(),
  };
}

/** Sends log lines to a syslog server. */
export const syslog = defineConnectionType({
  id: 'syslog',
  title: 'Syslog',
  description: 'Sends each notification as a message to a syslog server.',
  fields: Fields,
  conditions,
  notifies: true,
  test,
  open(ctx) {
    if (ctx.settings.syslogProtocolType === 'TCP') return Promise.resolve(openStream(ctx));
    return Promise.resolve({
      notify: (notice) => sendByUdp(ctx, [syslogMessage(notice, ctx.settings)]),
      close: () => Promise.resolve(),
    });
  },
});
