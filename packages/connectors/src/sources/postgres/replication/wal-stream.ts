import type pg from 'pg';
import type { Clock } from '../../../kit/context.ts';
import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Link } from '../open-client.ts';
import { quoteName } from '../table.ts';
import { formatLsn } from './lsn.ts';
import { parsePgOutput, type PgOutputMessage } from './pgoutput.ts';

export type WalEvent =
  | Exclude<PgOutputMessage, { readonly type: 'other' }>
  /** Everything that was committed before this place has been told. */
  | { readonly type: 'position'; readonly lsn: bigint };

export interface WalOptions {
  readonly slot: string;
  readonly publication: string;
  /** Told from here on; the server may throw away what came before. */
  readonly from: bigint;
  readonly clock: Clock;
}

/** What `pg` has for COPY, and its types do not tell. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A walsender gives up a client that is silent for `wal_sender_timeout`, 60 seconds by default. */
const STATUS_MS = 2_000;
/** Characters of messages that wait for their reader before the server is made to wait. */
const WAITING_BYTES = 4_000_000;
const GOODBYE_MS = 2_000;
/** 2000-01-01 in milliseconds, where PostgreSQL counts from. */
const EPOCH_MS = 946_684_800_000;
const XLOG_DATA = 0x77;
const XLOG_HEAD = 25;
const KEEPALIVE = 0x6b;
const KEEPALIVE_WANTS_REPLY = 17;

/**
 * What a replication slot tells, from one walsender ("Streaming Replication Protocol" in the manual). The connection is a
 * replication one and belongs to the stream; close it after `end`.
 */
export class WalStream implements pg.Submittable {
  readonly #options: WalOptions;
  readonly #events: WalEvent[] = [];
  #waiting = 0;
  #connection: CopyConnection | undefined;
  #received: bigint;
  #paused = false;
  #started = false;
  #ending = false;
  #over = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  #status: NodeJS.Timeout | undefined;

  constructor(link: Link, options: WalOptions) {
    this.#options = options;
    this.#received = options.from;
    link.submit(this);
  }

  /** Events that have come and were not taken yet. */
  get waiting(): number {
    return this.#events.length;
  }

  /** Waits until the server tells; it then knows what it may throw away. Throws what stands in the way. */
  async start(): Promise<void> {
    while (!this.#started && !this.#over) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#error) throw this.#error;
  }

  /** The next event; `undefined` when none has come until the signal is aborted. Throws what the server or the network said. */
  async next(until?: AbortSignal): Promise<WalEvent | undefined> {
    const wake = (): void => this.#wake?.();
    until?.addEventListener('abort', wake, { once: true });
    try {
      while (this.#events.length === 0 && !this.#over && !until?.aborted) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      until?.removeEventListener('abort', wake);
    }
    const event = this.#events.shift();
    if (event) return this.#taken(event);
    if (this.#error) throw this.#error;
    if (this.#over) throw new ConnectorError('unavailable', 'The server ended the replication; it may be stopping.');
    return undefined;
  }

  /** Ends the replication in good order, so that the slot is free at once; gives up waiting after two seconds. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#ending = true;
    this.#resume();
    this.#connection?.endCopyFrom();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      AbortSignal.timeout(GOODBYE_MS).addEventListener('abort', () => resolve(), { once: true });
    });
    this.#stop();
  }

  submit(connection: pg.Connection): void {
    const { slot, publication, from } = this.#options;
    this.#connection = connection as CopyConnection;
    const names = quoteName(publication).replaceAll("'", "''");
    connection.query(
      `START_REPLICATION SLOT ${quoteName(slot)} LOGICAL ${formatLsn(from)} (proto_version '1', publication_names '${names}')`,
    );
    connection.once('replicationStart', () => {
      // The only time that the server is told what it may throw away: `from` is stored for good, what follows is not yet.
      this.#tell(from);
      this.#status = setInterval(() => this.#tell(0n), STATUS_MS);
      this.#started = true;
      this.#wake?.();
    });
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    try {
      if (chunk[0] === XLOG_DATA) {
        const message = parsePgOutput(chunk.subarray(XLOG_HEAD));
        if (message.type !== 'other') this.#take(message, chunk.length);
      } else if (chunk[0] === KEEPALIVE) this.#keepAlive(chunk);
    } catch (error) {
      this.#error ??= error instanceof Error ? error : new Error(String(error));
      this.#stop();
    }
  }

  handleError(error: Error): void {
    this.#error ??= error;
    this.#stop();
  }

  handleReadyForQuery(): void {
    this.#stop();
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleEmptyQuery(): void {}

  #keepAlive(chunk: Buffer): void {
    const lsn = chunk.readBigUInt64BE(1);
    if (lsn > this.#received) this.#received = lsn;
    this.#take({ type: 'position', lsn }, 0);
    if (chunk[KEEPALIVE_WANTS_REPLY] === 1) this.#tell(0n);
  }

  #take(event: WalEvent, bytes: number): void {
    if (this.#ending) return;
    this.#events.push(event);
    this.#waiting += bytes;
    if (this.#waiting > WAITING_BYTES && !this.#paused) {
      this.#paused = true;
      this.#connection?.stream.pause();
    }
    this.#wake?.();
  }

  #taken(event: WalEvent): WalEvent {
    if (this.#events.length === 0) {
      this.#waiting = 0;
      this.#resume();
    }
    return event;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection?.stream.resume();
  }

  /**
   * Standby status update: what was received, and what may be thrown away (0: nothing new). A server that stops waits
   * until everything it sent is received or, where that is said, thrown away; so it is said once only.
   */
  #tell(flushed: bigint): void {
    const message = Buffer.alloc(34);
    message.write('r', 'latin1');
    message.writeBigUInt64BE(this.#received, 1);
    message.writeBigUInt64BE(flushed, 9);
    message.writeBigUInt64BE(flushed, 17);
    message.writeBigInt64BE(BigInt(this.#options.clock.now() - EPOCH_MS) * 1_000n, 25);
    // Answer with your position: where nothing is written, nothing else would tell it.
    message.writeUInt8(flushed === 0n ? 0 : 1, 33);
    this.#connection?.sendCopyFromChunk(message);
  }

  #stop(): void {
    this.#over = true;
    clearInterval(this.#status);
    this.#wake?.();
  }
}
