import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { logFields, logText } from './log-fields.ts';

export interface LogOptions {
  readonly level: string;
  /** Fields of every line. */
  readonly base?: Readonly<Record<string, unknown>> | null;
  /** The standard output by default. */
  readonly destination?: DestinationStream;
}

/**
 * The log of a process: JSON lines. Whatever is handed to it, also errors with their causes, is written without secrets
 * (`log-fields.ts`); values that are `Secret`s cannot be printed anyway.
 */
export function createLog({ level, base = null, destination }: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    base,
    // Errors are plain objects by the time that pino looks for them.
    serializers: { err: (value: unknown) => value },
    formatters: { log: logFields, bindings: logFields },
    hooks: {
      logMethod(args, method) {
        const [first, ...rest] = args as unknown[];
        // An error alone would become the message too.
        const given = first instanceof Error ? [{ error: first }, ...(rest.length > 0 ? rest : [first.message])] : args;
        const safe = given.map((value) => (typeof value === 'string' ? logText(value) : value));
        method.apply(this, safe as Parameters<typeof method>);
      },
    },
  };
  const log = destination ? pino(options, destination) : pino(options);
  // pino takes the formatter of bindings away from children.
  const child = log.child;
  log.child = function childWithoutSecrets(this: Logger, bindings, more) {
    return child.call(this, logFields(bindings), more) as ReturnType<typeof child>;
  } as typeof child;
  return log;
}
