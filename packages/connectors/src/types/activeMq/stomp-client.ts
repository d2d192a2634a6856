import type { Socket } from 'node:net';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import type { Broker } from './broker-url.ts';
import type { ActiveMqSettings } from './fields.ts';
import type { MessageSender } from './message-sender.ts';
import { isOpenWire, openWireOnly } from './openwire.ts';
import { encodeFrame, FrameReader, type StompFrame } from './stomp-frame.ts';

/** A port that has said nothing for so long does not speak STOMP. */
const LONGEST_SILENCE_MS = 5_000;

/** Frames of one socket, and the end of it. */
class StompLine {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #waiting: ((frame: StompFrame | undefined) => void)[] = [];
  /** What was said first, until the first frame. */
  first = Buffer.alloc(0);
  isOpen = true;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      if (this.first.length < 64) this.first = Buffer.concat([this.first, bytes]);
      const isOther = this.first.toString('latin1').startsWith('AMQP') || isOpenWire(this.first);
      if (isOther) return this.end();
      for (const frame of this.#reader.take(bytes)) this.#waiting.shift()?.(frame);
    });
    socket.on('error', () => undefined).on('close', () => this.end());
  }

  /** The answer to what is written; `undefined` when the line ends, or nothing comes for `ms`. */
  ask(bytes: Buffer, ms: number): Promise<StompFrame | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end(), Math.min(ms, 2_147_483_647));
      this.#waiting.push((frame) => {
        clearTimeout(timer);
        resolve(frame);
      });
      if (this.isOpen) this.#socket.write(bytes);
      else this.end();
    });
  }

  end(): void {
    this.isOpen = false;
    this.#socket.destroy();
    for (const settle of this.#waiting.splice(0)) settle(undefined);
  }
}

/**
 * Logs in by STOMP 1.0 to 1.2; `undefined` when the port does not speak it. Throws `ConnectorError`: `credential`, and
 * `configuration` when it speaks OpenWire.
 */
export async function openStomp(
  ctx: TypeContext<ActiveMqSettings>,
  broker: Broker,
): Promise<MessageSender | undefined> {
  const { settings, connect } = ctx;
  const { host, port, isTls } = broker;
  const socket = await connect({ host, port, ...(isTls && { tls: {} }) });
  const line = new StompLine(socket);
  const cut = (): void => line.end();
  ctx.signal.addEventListener('abort', cut, { once: true });
  socket.once('close', () => ctx.signal.removeEventListener('abort', cut));
  const { username, password, clientID } = settings;
  const login = {
    'accept-version': '1.0,1.1,1.2',
    // The virtual host; ActiveMQ has none.
    host: '/',
    'heart-beat': '0,0',
    ...(username !== null && { login: username, passcode: password?.reveal() ?? '' }),
    ...(clientID !== null && { 'client-id': clientID }),
  };
  const answer = await line.ask(encodeFrame('CONNECT', login), Math.min(settings.requestTimeout, LONGEST_SILENCE_MS));
  ctx.signal.throwIfAborted();
  if (answer?.command === 'CONNECTED') return senderOf(line, settings, broker);
  line.end();
  if (answer) throw refused(answer, broker, username);
  if (isOpenWire(line.first)) throw openWireOnly(broker);
  return undefined;
}

function refused(answer: StompFrame, { host, port }: Broker, username: string | null): ConnectorError {
  const said = `${answer.headers['message'] ?? ''} ${answer.body.split('\n', 1)[0] ?? ''}`.trim();
  const who = username === null ? 'a login without a user' : `the login of ${username}`;
  return /password|login|user|access|auth|credential/i.test(said)
    ? new ConnectorError('credential', `${host}:${port} refuses ${who}; check user and password.`)
    : new ConnectorError('configuration', `${host}:${port} answers: ${said.slice(0, 200)}`);
}

function senderOf(line: StompLine, settings: ActiveMqSettings, { host, port }: Broker): MessageSender {
  const destination = `/${settings.destinationType.toLowerCase()}/${settings.destinationName}`;
  return {
    protocol: 'STOMP',
    get isOpen() {
      return line.isOpen;
    },
    async send(notice) {
      const headers = {
        destination,
        receipt: notice.id,
        persistent: 'true',
        'notice-id': notice.id,
        'notice-kind': notice.kind,
        'content-type': settings.contentType ?? 'application/json',
        ...(settings.contentEncoding !== null && { 'content-encoding': settings.contentEncoding }),
      };
      const answer = await line.ask(encodeFrame('SEND', headers, JSON.stringify(notice)), settings.sendTimeout);
      if (answer?.command === 'RECEIPT') return;
      // A broker ends the line after an error.
      line.end();
      if (!answer) throw new ConnectorError('unavailable', `${host}:${port} gave no receipt for a message in time.`);
      const said = answer.headers['message'] ?? answer.body.slice(0, 200);
      throw new ConnectorError(
        'configuration',
        `${host}:${port} does not take messages for ${destination}: ${said}. Check the destination, and that the user may write to it.`,
      );
    },
    async close() {
      if (line.isOpen) await line.ask(encodeFrame('DISCONNECT', { receipt: 'end' }), settings.closeTimeout);
      line.end();
    },
  };
}
