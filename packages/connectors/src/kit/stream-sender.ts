import type { Socket } from 'node:net';
import { ConnectorError } from './connector-error.ts';

export interface StreamSenderOptions {
  /** A connected socket from the context's guard. */
  readonly open: () => Promise<Socket>;
  /** Where it leads, for errors. */
  readonly where: string;
  /** Milliseconds until the system must have taken what is written. */
  readonly writeMs: number;
}

const GOODBYE_MS = 1_000;

/** One kept TCP connection that messages are written to, each whole. */
export interface StreamSender {
  /** Resolves when the system has taken the bytes. Throws `ConnectorError('unavailable')`. */
  send(bytes: Uint8Array): Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
}

class ReconnectingSender implements StreamSender {
  readonly #options: StreamSenderOptions;
  #kept: Promise<Socket> | undefined;
  #closed = false;

  constructor(options: StreamSenderOptions) {
    this.#options = options;
  }

  async send(bytes: Uint8Array): Promise<void> {
    const { where } = this.#options;
    if (this.#closed) throw new ConnectorError('unavailable', `The connection to ${where} was closed here.`);
    const before = this.#kept;
    try {
      await this.#write(await this.#connection(), bytes);
    } catch (error) {
      if (this.#closed || before === undefined) throw error;
      this.#forget(before);
      await this.#write(await this.#connection(), bytes);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const socket = await this.#kept?.catch(() => undefined);
    this.#kept = undefined;
    if (!socket || socket.destroyed) return;
    // What was written goes out first; a far end that reads nothing more must not hold us.
    socket.setTimeout(GOODBYE_MS, () => socket.destroy());
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.end(() => socket.destroySoon());
    });
  }

  #forget(connection: Promise<Socket>): void {
    if (this.#kept === connection) this.#kept = undefined;
  }

  #connection(): Promise<Socket> {
    if (this.#kept) return this.#kept;
    const opening = this.#options.open().then((socket) => {
      const forget = (): void => this.#forget(opening);
      socket.on('error', forget).on('close', forget).on('end', forget).resume();
      if (socket.destroyed || socket.readableEnded) forget();
      return socket;
    });
    opening.catch(() => this.#forget(opening));
    this.#kept = opening;
    return opening;
  }

  async #write(socket: Socket, bytes: Uint8Array): Promise<void> {
    const { where, writeMs } = this.#options;
    const timer = setTimeout(() => socket.destroy(new Error('The write took too long.')), writeMs);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lost = (): void => reject(new Error('The connection was closed.'));
    socket.once('close', lost);
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    try {
      await promise;
    } catch (error) {
      socket.destroy();
      throw new ConnectorError('unavailable', `${where} closed the connection.`, { cause: error });
    } finally {
      socket.off('close', lost);
      clearTimeout(timer);
    }
  }
}

/**
 * Connects with the first message, and again after a loss: a message that a lost connection did not take is sent once more over a
 * new one. What the far end's system took and its program never read is lost, as plain TCP tells nobody.
 */
export function createStreamSender(options: StreamSenderOptions): StreamSender {
  return new ReconnectingSender(options);
}
