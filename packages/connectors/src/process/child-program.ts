import { type ChildProcess, spawn } from 'node:child_process';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Clock } from '../kit/context.ts';
import { LineSplitter, type OutputLine } from './line-splitter.ts';
import { endGroup, killGroup } from './process-group.ts';
import { untilSilent } from './until-silent.ts';

export interface ProgramOptions {
  /** The program and its words; no shell is between. */
  readonly argv: readonly string[];
  /** Run after the process group is gone, when something outlives it. */
  readonly killArgv?: readonly string[];
  /** Working directory, home, and place for temporary files. */
  readonly folder: string;
  /** Milliseconds of silence on standard output after which it is ended. */
  readonly silenceMs: number;
  /** Milliseconds between asking it to end and ending it. */
  readonly graceMs: number;
  readonly maxLineBytes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly type: 'end';
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  /** The last of what it wrote to its standard error, as it came. */
  readonly said: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const SAID_BYTES = 8_192;
/** Whoever writes more than that to standard error is not telling of anything. */
const MOST_SAID_BYTES = 256 * 1_048_576;

/**
 * Runs a program and yields the lines of its standard output as they come, then how it ended. It gets nothing of our
 * environment, and is read no faster than the caller takes lines. However the reading ends, the program and all of its
 * process group are gone then. Throws `ConnectorError` when it cannot be started or is silent for too long, and the
 * signal's reason when that is aborted.
 */
export async function* runProgram(options: ProgramOptions): AsyncGenerator<readonly OutputLine[] | ProgramEnd> {
  options.signal.throwIfAborted();
  const program = new RunningProgram(options);
  try {
    yield* program.lines();
    yield await program.ended();
  } finally {
    await program.stop();
  }
}

class RunningProgram {
  readonly #options: ProgramOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #isOver = false;
  #startError: Error | undefined;
  #said = Buffer.alloc(0);
  #saidBytes = 0;

  constructor(options: ProgramOptions) {
    const [command = '', ...args] = options.argv;
    const { folder } = options;
    this.#options = options;
    this.#child = spawn(command, args, {
      cwd: folder,
      env: { PATH, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      // A process group of its own, so that what it starts can be ended with it.
      detached: true,
    });
    this.#exited = new Promise((resolve) => {
      const over = (): void => {
        this.#isOver = true;
        resolve();
      };
      this.#child.once('error', (error) => {
        this.#startError ??= error;
        if (this.#child.pid === undefined) over();
      });
      this.#child.once('exit', () => {
        // What it leaves running would hold the other end of the pipe.
        killGroup(this.#child);
        over();
      });
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#child.stderr?.on('error', () => undefined);
  }

  async *lines(): AsyncGenerator<readonly OutputLine[]> {
    const { stdout } = this.#child;
    if (!stdout) return;
    const splitter = new LineSplitter(this.#options.maxLineBytes);
    const chunks = (stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    for (;;) {
      const result = await this.#next(chunks);
      if (result === undefined || result.done === true) break;
      const lines = splitter.push(result.value);
      if (lines.length > 0) yield lines;
    }
    const rest = splitter.end();
    if (rest.length > 0) yield rest;
  }

  async ended(): Promise<ProgramEnd> {
    const { clock, signal, graceMs } = this.#options;
    // It has closed its output: what it still does, nobody will hear of.
    await untilSilent(this.#exited, { clock, signal, limitMs: graceMs, isOver: () => false });
    if (this.#startError) throw notStarted(this.#startError, this.#options.argv);
    const { exitCode: code, signalCode: killedBy } = this.#child;
    return { type: 'end', code, killedBy, said: this.#said.toString('utf8') };
  }

  async stop(): Promise<void> {
    const { killArgv, graceMs, folder } = this.#options;
    const forced = await endGroup(this.#child, { exited: this.#exited, isOver: this.#isOver, graceMs });
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    const [command, ...args] = killArgv ?? [];
    if (!forced || command === undefined) return;
    await new Promise<void>((resolve) => {
      const killer = spawn(command, args, { cwd: folder, env: { PATH, HOME: folder }, stdio: 'ignore' });
      killer.once('error', () => resolve());
      killer.once('exit', () => resolve());
    });
  }

  /** `undefined`: the program is over, and somebody that it started still holds the pipe. */
  async #next(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer> | undefined> {
    const { clock, signal, silenceMs, graceMs } = this.#options;
    const waited = await untilSilent(chunks.next(), {
      clock,
      signal,
      limitMs: silenceMs,
      isOver: () => this.#isOver,
      graceMs,
    });
    if (this.#saidBytes > MOST_SAID_BYTES)
      throw new ConnectorError('invalid_answer', 'The executable floods its standard error.');
    if (waited !== 'silent') return waited;
    if (this.#isOver) return undefined;
    throw new ConnectorError(
      'unavailable',
      `The executable said nothing for ${Math.round(silenceMs / 1_000)} s and was ended. Raise "heartbeatSeconds" if it is only slow.`,
    );
  }

  #hear(chunk: Buffer): void {
    this.#saidBytes += chunk.length;
    this.#said = Buffer.concat([this.#said, chunk]).subarray(-SAID_BYTES);
  }
}

function notStarted(error: Error, [command]: readonly string[]): ConnectorError {
  const { code } = error as NodeJS.ErrnoException;
  if (command === 'docker' && code === 'ENOENT') {
    const message =
      'A container image was declared, and this host has no `docker` in its PATH. Install Docker, or declare a "command".';
    return new ConnectorError('configuration', message, { cause: error });
  }
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'it is not there',
    EACCES: 'this account may not execute it',
    E2BIG: 'its arguments are too long',
  };
  const reason = why[code ?? ''] ?? `the system says ${code ?? error.name}`;
  return new ConnectorError('configuration', `The executable cannot be started: ${reason}. Check its "command".`, {
    cause: error,
  });
}
