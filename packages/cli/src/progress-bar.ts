import { styled, type Terminal } from './terminal.ts';

/** How far something has come. Without a `total` the bar shows that it moves, not how far. */
export interface Progress {
  readonly done: number;
  readonly total?: number | undefined;
  /** A few words behind the numbers. */
  readonly note?: string;
}

export interface ProgressBarOptions {
  readonly terminal: Pick<Terminal, 'interactive' | 'env' | 'columns' | 'out'>;
  readonly label: string;
  /** What is counted. Default `records`. */
  readonly unit?: string;
  /** Milliseconds, only ever rising. Default `performance.now`. */
  readonly now?: () => number;
}

const WIDTH = 24;
const FRAME_MS = 80;
/** Where nobody looks, a line now and then is enough. */
const LINE_MS = 2_000;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** One line that is rewritten in place; where the output is no terminal, a new line every two seconds. */
export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #now: () => number;
  readonly #start: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #progress: Progress = { done: 0 };
  #drawnAt = -Infinity;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#start = this.#now();
    if (!options.terminal.interactive) return;
    this.#draw();
    // Between two updates the clock and the spinner must go on, or a slow source looks like a dead one.
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    this.#timer.unref();
  }

  update(progress: Progress): void {
    this.#progress = progress;
    const every = this.#options.terminal.interactive ? FRAME_MS : LINE_MS;
    if (this.#now() - this.#drawnAt >= every) this.#draw();
  }

  /** Takes the bar away and leaves `line` in its place; gives the milliseconds that it took. */
  finish(line?: string): number {
    const took = this.#now() - this.#start;
    clearInterval(this.#timer);
    const { terminal } = this.#options;
    if (terminal.interactive) terminal.out('\r\u001B[2K');
    if (line !== undefined) terminal.out(`${line}\n`);
    return took;
  }

  #draw(): void {
    const { terminal } = this.#options;
    this.#drawnAt = this.#now();
    const line = this.#line().slice(0, terminal.columns - 1);
    terminal.out(terminal.interactive ? `\r\u001B[2K${styled(terminal, 'cyan', line)}` : `${line}\n`);
  }

  #line(): string {
    const { label, unit = 'records' } = this.#options;
    const { done, total, note } = this.#progress;
    const elapsed = this.#now() - this.#start;
    const count = done.toLocaleString('en-US');
    const of = total === undefined ? '' : ` of ${total.toLocaleString('en-US')}`;
    const rate = elapsed > 500 && done > 0 ? `  ${Math.round(done / (elapsed / 1_000)).toLocaleString('en-US')}/s` : '';
    const head = total === undefined ? this.#spinner(elapsed) : bar(done, total);
    return `${label}  ${head}  ${count}${of} ${unit}${rate}  ${duration(elapsed)}${note ? `  ${note}` : ''}`;
  }

  #spinner(elapsed: number): string {
    if (!this.#options.terminal.interactive) return '…';
    return SPINNER[Math.floor(elapsed / FRAME_MS) % SPINNER.length] ?? '';
  }
}

function bar(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.round(share * WIDTH);
  return '█'.repeat(full) + '░'.repeat(WIDTH - full);
}

/** `840 ms`, `3.2 s`, `2 min 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
