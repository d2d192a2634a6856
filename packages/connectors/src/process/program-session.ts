import { userInfo } from 'node:os';
import type { Clock, Logger } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import { runProgram } from './child-program.ts';
import { commandLine } from './command-line.ts';
import type { ExecutableDeclaration } from './executable-declaration.ts';
import { hostTools } from './host-tools.ts';
import type { OutputLine } from './line-splitter.ts';
import { makePrivateFolder, type PrivateFolder } from './private-folder.ts';
import { ProgramLog } from './program-log.ts';
import { type ProgramMessage, readMessage } from './program-message.ts';
import { unfinishedError } from './unfinished-error.ts';

/** What executables are run with. */
export interface ExecutableOptions {
  /** Where private folders are made; the system's folder for temporary files by default. */
  readonly folder?: string;
  /** Milliseconds between asking a program to end and ending it; default 5 seconds. */
  readonly graceMs?: number;
}

/** A configuration as the program takes it, and what of it may not be seen. */
export interface ProgramConfig {
  readonly config: JsonObject;
  readonly secrets: readonly string[];
}

/** Everything that the calls of one context have in common. */
export interface ProgramSession {
  readonly declaration: ExecutableDeclaration;
  readonly options: ExecutableOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The configuration of now: the program may have replaced it. */
  config(): ProgramConfig;
  /** The program hands over a new configuration. Throws `ConnectorError` when that cannot be taken. */
  replaceConfig(config: JsonObject): Promise<void>;
}

export type ProgramAction = 'spec' | 'check' | 'discover' | 'read';

/** Files of a `read`. */
export interface ReadFiles {
  readonly catalog: JsonObject;
  readonly state?: unknown;
}

/** A message, or a line that was too long to be read. */
export type ReadMessage =
  | ProgramMessage
  | { readonly type: 'oversized'; readonly head: string; readonly bytes: number };

/** Larger records are refused by the engine too; this leaves room for the envelope. */
const MAX_RECORD_LINE_BYTES = 12_000_000;
/** A catalogue has the schemas of all streams in one line. */
const MAX_ANSWER_LINE_BYTES = 128_000_000;
const GRACE_MS = 5_000;

/**
 * Runs the program once and yields its messages in their order, as many at once as came at once. Its log becomes ours, a
 * new configuration is kept before the next message is looked at, and lines that are no messages are counted. Throws
 * `ConnectorError`: when the program cannot be started, is silent, or ends with an error that it did not tell of itself.
 */
export async function* programMessages(
  session: ProgramSession,
  action: ProgramAction,
  files?: ReadFiles,
): AsyncGenerator<readonly ReadMessage[]> {
  const folder = await makePrivateFolder(session.options.folder);
  const log = new ProgramLog(session);
  try {
    let toldError = false;
    for await (const output of runProgram(await programOptions(session, { action, folder, files }))) {
      if ('type' in output) {
        if (!toldError) throwUnfinished(session, output);
        continue;
      }
      const messages: ReadMessage[] = [];
      for (const line of output) {
        const message = messageOf(line);
        toldError ||= message.type === 'error';
        if (message.type === 'config') {
          // What came before it is handed on first: keeping it takes a while, and may fail.
          if (messages.length > 0) yield messages.splice(0);
          await session.replaceConfig(message.config);
        } else if (!log.take(message, line)) messages.push(message);
      }
      if (messages.length > 0) yield messages;
    }
  } finally {
    log.close();
    await folder.remove();
  }
}

function messageOf(line: OutputLine): ReadMessage {
  return line.type === 'line' ? readMessage(line.text) : line;
}

function throwUnfinished(session: ProgramSession, end: Parameters<typeof unfinishedError>[0]): void {
  const error = unfinishedError(end, session.config().secrets);
  if (error) throw error;
}

async function programOptions(
  { declaration, options, clock, signal, config }: ProgramSession,
  run: { readonly action: ProgramAction; readonly folder: PrivateFolder; readonly files: ReadFiles | undefined },
) {
  const { action, folder, files } = run;
  const { uid, gid } = userInfo();
  const line = commandLine(declaration, { tools: await hostTools(), folder: folder.path, account: { uid, gid } });
  const words: string[] = [action];
  const give = async (name: string, content: unknown): Promise<void> => {
    await folder.write(`${name}.json`, JSON.stringify(content));
    words.push(`--${name}`, `${line.folder}/${name}.json`);
  };
  if (action !== 'spec') await give('config', config().config);
  if (files) await give('catalog', files.catalog);
  if (files?.state !== undefined) await give('state', files.state);
  return {
    argv: [...line.argv, ...words],
    ...(line.killArgv && { killArgv: line.killArgv }),
    folder: folder.path,
    silenceMs: declaration.heartbeatSeconds * 1_000,
    graceMs: options.graceMs ?? GRACE_MS,
    maxLineBytes: action === 'read' ? MAX_RECORD_LINE_BYTES : MAX_ANSWER_LINE_BYTES,
    clock,
    signal,
  };
}
