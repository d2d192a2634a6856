import { ConnectorError } from '../kit/connector-error.ts';
import type { ProgramError, ProgramMessage, ProgramState } from './program-message.ts';
import type { ProgramSession } from './program-session.ts';
import { toldError } from './told-error.ts';

/** Keeps the accounts of one read: records against what states say of them, and which streams were completed. */
export class ReadTally {
  readonly #session: Pick<ProgramSession, 'config' | 'log' | 'clock'>;
  readonly #names: ReadonlySet<string>;
  /** Records since the stream's last state. */
  readonly #since = new Map<string, number>();
  readonly #statuses = new Map<string, string>();
  #error: ProgramError | undefined;

  constructor(session: Pick<ProgramSession, 'config' | 'log' | 'clock'>, names: ReadonlySet<string>) {
    this.#session = session;
    this.#names = names;
  }

  countRecord(stream: string): void {
    this.#since.set(stream, (this.#since.get(stream) ?? 0) + 1);
  }

  /** Throws `ConnectorError('invalid_answer')` when records were lost on the way: such a state must not be kept. */
  checkState(state: ProgramState): void {
    const streams = state.type === 'STREAM' ? [state.stream] : [...this.#since.keys()];
    const came = streams.reduce((sum, stream) => sum + (this.#since.get(stream) ?? 0), 0);
    for (const stream of streams) this.#since.delete(stream);
    if (state.recordCount === undefined || state.recordCount === came) return;
    const about = state.type === 'STREAM' ? state.stream : 'the source';
    throw new ConnectorError(
      'invalid_answer',
      `The executable counts ${state.recordCount} records of ${about}, and ${came} came; the state behind them is not kept.`,
    );
  }

  noteError(error: ProgramError): void {
    this.#error ??= error;
  }

  noteStatus({ stream, status, quotaReset }: Extract<ProgramMessage, { type: 'stream_status' }>): void {
    if (!this.#names.has(stream)) return;
    if (quotaReset !== undefined) {
      const seconds = Math.max(0, Math.round((quotaReset - this.#session.clock.now()) / 1_000));
      this.#session.log.info({ stream, seconds }, 'the executable waits until the source lets it go on');
    }
    const before = this.#statuses.get(stream);
    if (!follows(before, status))
      this.#session.log.warn({ stream, before, status }, 'the executable tells of a stream out of order');
    this.#statuses.set(stream, status);
  }

  /** What is wrong with a read that has come to its end. A source that tells of no status at all is taken at its exit code. */
  verdict(): ConnectorError | undefined {
    if (this.#error) return toldError(this.#error, this.#session);
    if (this.#statuses.size === 0) return undefined;
    const open = [...this.#names].filter((name) => this.#statuses.get(name) !== 'COMPLETE');
    if (open.length === 0) return undefined;
    return new ConnectorError('unavailable', `The executable ended without completing ${open.join(', ')}.`);
  }
}

/** STARTED, RUNNING (again while it waits for a quota), then COMPLETE or INCOMPLETE. */
const follow: Readonly<Record<string, readonly (string | undefined)[]>> = {
  STARTED: [undefined],
  RUNNING: ['STARTED', 'RUNNING'],
  COMPLETE: ['STARTED', 'RUNNING'],
  INCOMPLETE: ['STARTED', 'RUNNING'],
};

const follows = (before: string | undefined, status: string): boolean => follow[status]?.includes(before) === true;
