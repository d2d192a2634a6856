import { CommanderError } from 'commander';
import { CliError, verdictOf } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { printable, styled, type Terminal } from './terminal.ts';

/** Runs one command line (without `node` and the script) and gives its exit code; errors are told, never thrown. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return 0;
  } catch (thrown) {
    // Commander has said what is wrong already; help and version end this way too.
    if (thrown instanceof CommanderError)
      return thrown.exitCode === 0 ? 0 : verdictOf(new CliError('usage', '')).exitCode;
    return tell(thrown, args, terminal);
  }
}

function tell(thrown: unknown, args: readonly string[], terminal: Terminal): number {
  const failure = terminal.signal.aborted ? new CliError('interrupted', 'Interrupted.') : thrown;
  const verdict = verdictOf(failure);
  if (args.includes('--json')) {
    const { code, message, requestId } = verdict;
    terminal.err(`${JSON.stringify({ error: { code, message, requestId } })}\n`);
    return verdict.exitCode;
  }
  terminal.err(`${styled(terminal, 'red', 'Error:')} ${printable(verdict.message)}\n`);
  if (verdict.advice) terminal.err(`${verdict.advice}\n`);
  if (verdict.requestId) terminal.err(`Request id: ${verdict.requestId}\n`);
  return verdict.exitCode;
}
