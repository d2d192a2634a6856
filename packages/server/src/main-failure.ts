import { ConfigError } from './config.ts';
import { AppError } from './errors.ts';
import { logText } from './lib/log-fields.ts';

/** What sysexits.h calls EX_CONFIG. */
const CONFIG_EXIT = 78;

/** Ends the process that could not start. What the operator can mend is told in words, without a stack. */
export function endWith(error: unknown): never {
  process.stderr.write(`${textOf(error)}\n`);
  process.exit(error instanceof ConfigError ? CONFIG_EXIT : 1);
}

function textOf(error: unknown): string {
  if (error instanceof ConfigError) return `Tributary cannot start:\n  ${error.problems.join('\n  ')}`;
  if (error instanceof AppError) return `Tributary cannot start:\n  ${error.message}`;
  return logText(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
