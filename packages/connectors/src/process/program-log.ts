import { snippet } from '../kit/redact-text.ts';
import type { OutputLine } from './line-splitter.ts';
import type { ProgramSession, ReadMessage } from './program-session.ts';

/** Lines of each kind that are logged one by one; the rest is counted. */
const MOST_LOGGED = 1_000;
const MOST_GARBAGE = 20;

const levels: Readonly<Record<string, 'warn' | 'info' | 'debug'>> = {
  FATAL: 'warn',
  ERROR: 'warn',
  WARN: 'warn',
  INFO: 'info',
};

/** Passes what a program says beside its answer on to our log, without secrets and within bounds. */
export class ProgramLog {
  readonly #session: Pick<ProgramSession, 'log' | 'config' | 'declaration'>;
  #logged = 0;
  #garbage = 0;

  constructor(session: Pick<ProgramSession, 'log' | 'config' | 'declaration'>) {
    this.#session = session;
  }

  /** Takes messages that are for the log only, and lines that are no messages: those are never handed on. */
  take(message: ReadMessage, line: OutputLine): boolean {
    switch (message.type) {
      case 'log':
        this.#logged += 1;
        if (this.#logged <= MOST_LOGGED) this.#write(levels[message.level] ?? 'debug', {}, message.message);
        return true;
      case 'garbage':
        if (line.type === 'line' && line.text.trim() === '') return true;
        this.#garbage += 1;
        if (this.#garbage <= MOST_GARBAGE)
          this.#write('debug', { unexpected: true }, line.type === 'line' ? line.text : line.head);
        return true;
      case 'estimate':
        this.#write('debug', { rows: message.rows, bytes: message.bytes }, `estimate of ${message.stream}`);
        return true;
      case 'other':
        return true;
      default:
        return false;
    }
  }

  /** Tells of what was only counted. */
  close(): void {
    const unlogged = Math.max(0, this.#logged - MOST_LOGGED);
    if (this.#garbage === 0 && unlogged === 0) return;
    const { log, declaration } = this.#session;
    const fields = { executable: declaration.id, unexpectedLines: this.#garbage, unloggedLines: unlogged };
    log.info(fields, 'the executable wrote lines that are no messages, or more log than is kept');
  }

  #write(level: 'warn' | 'info' | 'debug', fields: Readonly<Record<string, unknown>>, text: string): void {
    const { log, declaration, config } = this.#session;
    log[level]({ executable: declaration.id, ...fields }, snippet(text, config().secrets));
  }
}
