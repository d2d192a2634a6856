import type rheaModule from 'rhea';
import type { Connection, EventContext, Sender } from 'rhea';
import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import type { Notice } from '../../kit/notice.ts';
import type { Broker } from './broker-url.ts';
import type { ActiveMqSettings } from './fields.ts';
import type { MessageSender } from './message-sender.ts';
import { isOpenWire, openWireOnly } from './openwire.ts';

/** Throws `ConnectorError('configuration')` when the optional package is absent. */
export async function loadRhea(): Promise<typeof rheaModule> {
  try {
    return (await import('rhea')).default;
  } catch (cause) {
    throw new ConnectorError('configuration', 'AMQP 1.0 needs the package rhea; add it with `npm install rhea`.', {
      cause,
    });
  }
}

/** Logs in by AMQP 1.0. Throws `ConnectorError`; `configuration` when the port speaks OpenWire. */
export async function openAmqp(ctx: TypeContext<ActiveMqSettings>, broker: Broker): Promise<MessageSender> {
  const { settings, signal } = ctx;
  const { host, port, isTls } = broker;
  const rhea = await loadRhea();
  const socket = await ctx.connect({ host, port, ...(isTls && { tls: {} }) });
  const connection = rhea.create_container({ id: settings.clientID ?? 'tributary' }).connect({
    host,
    port,
    reconnect: false,
    // Without a user the broker decides what an anonymous one may do.
    username: settings.username ?? 'anonymous',
    ...(settings.username !== null && { password: settings.password?.reveal() ?? '' }),
    // The socket is the guard's, and connected.
    connect: (_port: number, _host: string, _options: unknown, connected: () => void) => {
      setImmediate(connected);
      return socket;
    },
  } as Parameters<ReturnType<typeof rhea.create_container>['connect']>[0]);
  // A broker may have closed an earlier line, by another protocol, before it said what it speaks.
  let first = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    if (first.length < 64) first = Buffer.concat([first, bytes]);
  });
  // What happens while nobody waits shows with the next message.
  for (const event of WRONG) connection.on(event, () => undefined);
  const cut = (): void => void socket.destroy();
  signal.addEventListener('abort', cut, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', cut));
  try {
    await settled([connection], 'connection_open', settings.requestTimeout);
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    if (isOpenWire(first)) throw openWireOnly(broker);
    throw toConnectorError(error, `${host}:${port}`, settings);
  }
  return new AmqpSender(connection, settings, `${host}:${port}`);
}

/** What ends the wait for an event, at the endpoint itself or at one that holds it. */
const WRONG =
  'connection_error sender_error session_error rejected released modified disconnected error protocol_error'.split(' ');

/** Waits for one event of an endpoint (the first); errors of any of them, and the end of the line, reject. */
function settled(endpoints: readonly (Connection | Sender)[], event: string, ms: number): Promise<EventContext> {
  const [endpoint] = endpoints;
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      endpoint?.removeListener(event, right);
      for (const one of endpoints) for (const name of WRONG) one.removeListener(name, fail);
      act();
    };
    const right = (context: EventContext): void => settle(() => resolve(context));
    const fail = (context: EventContext | Error): void => settle(() => reject(reasonOf(context)));
    const timer = setTimeout(() => settle(() => reject(new Error('no answer in time'))), Math.min(ms, 2_147_483_647));
    endpoint?.on(event, right);
    for (const one of endpoints) for (const name of WRONG) one.on(name, fail);
  });
}

function reasonOf(context: EventContext | Error): unknown {
  if (context instanceof Error) return context;
  const { error, sender, session, connection, delivery } = context;
  return (
    error ??
    sender?.error ??
    (delivery?.remote_state as { error?: unknown } | undefined)?.error ??
    session?.error ??
    connection?.error ??
    new Error('the broker ended the line')
  );
}

class AmqpSender implements MessageSender {
  readonly protocol = 'AMQP 1.0';
  readonly #connection: Connection;
  readonly #settings: ActiveMqSettings;
  readonly #where: string;
  #sender: Sender | undefined;

  constructor(connection: Connection, settings: ActiveMqSettings, where: string) {
    this.#connection = connection;
    this.#settings = settings;
    this.#where = where;
  }

  get isOpen(): boolean {
    return this.#connection.is_open();
  }

  async send(notice: Notice): Promise<void> {
    const { sendTimeout, requestTimeout } = this.#settings;
    const address = addressOf(this.#connection, this.#settings);
    try {
      if (!this.#sender?.is_open()) {
        const capabilities = [this.#settings.destinationType.toLowerCase()];
        this.#sender = this.#connection.open_sender({ target: { address, capabilities, durable: 2 } });
        await settled([this.#sender, this.#connection], 'sendable', requestTimeout);
      }
      const accepted = settled([this.#sender, this.#connection], 'accepted', sendTimeout);
      this.#sender.send(messageOf(notice, this.#settings));
      await accepted;
    } catch (error) {
      this.#sender = undefined;
      this.#connection.close();
      throw toConnectorError(error, `${this.#where}, ${address}`, this.#settings);
    }
  }

  async close(): Promise<void> {
    if (!this.isOpen) return;
    const closed = settled([this.#connection], 'connection_close', this.#settings.closeTimeout);
    this.#connection.close();
    await closed.catch(() => undefined);
  }
}

/** Brokers tell in their answer how kinds of destinations are written (as Qpid JMS does it); RabbitMQ has its own way. */
function addressOf({ remote }: Connection, { destinationType, destinationName }: ActiveMqSettings): string {
  const properties = ((remote as { open?: { properties?: unknown } })?.open?.properties ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const kind = destinationType.toLowerCase();
  const prefix = properties[`${kind}-prefix`];
  if (typeof prefix === 'string') return `${prefix}${destinationName}`;
  return properties['product'] === 'RabbitMQ' ? `/${kind}/${destinationName}` : destinationName;
}

const messageOf = (notice: Notice, { contentType, contentEncoding }: ActiveMqSettings) => ({
  message_id: notice.id,
  creation_time: new Date(notice.at),
  durable: true,
  subject: notice.kind,
  body: JSON.stringify(notice),
  ...(contentType !== null && { content_type: contentType }),
  ...(contentEncoding !== null && { content_encoding: contentEncoding }),
});

type Verdict = readonly [reason: ConnectorErrorReason, advice: string];

/** What brokers (by the conditions of AMQP 1.0) and the client say, in the order in which it is looked for. */
const SAID: readonly (readonly [RegExp, Verdict])[] = [
  [/sasl|authenticat|unauthorized-access: .*(?:user|password)/i, ['credential', 'Check user and password.']],
  [
    /unauthorized-access|not-found|not-allowed|invalid-field|precondition/,
    ['configuration', 'Check the destination, and that the user may write to it.'],
  ],
  [/protocol|AMQP/i, ['configuration', 'Check port and protocol: it does not speak AMQP 1.0.']],
];

function toConnectorError(error: unknown, where: string, { username }: ActiveMqSettings): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { condition = '', description = '', message = '' } = (error ?? {}) as Readonly<Record<string, string>>;
  const said = [condition, description || message].filter((text) => text !== '').join(': ');
  const [reason, advice] = SAID.find(([pattern]) => pattern.test(said))?.[1] ?? ['unavailable', ''];
  const who = username === null ? 'a login without a user' : `the login of ${username}`;
  const words = reason === 'credential' ? `${where} refuses ${who}.` : `${where}: ${said || 'no answer'}.`;
  return new ConnectorError(reason, `${words} ${advice}`.trim(), { cause: error });
}
