import { ConnectorError } from '../kit/connector-error.ts';
import { redactText } from '../kit/redact-text.ts';
import type { ProgramEnd } from './child-program.ts';

const MOST_LINES = 5;
const MOST_CHARACTERS = 600;
/** What shells, `prlimit` and Docker end with when a program is not there or may not be executed. */
const NOT_EXECUTABLE = new Set([126, 127]);
/** Docker could not start the container at all. */
const DOCKER_FAILED = 125;

/** Why a program ended that told of no error itself; `undefined` when it ended well. */
export function unfinishedError(end: ProgramEnd, secrets: readonly string[]): ConnectorError | undefined {
  const { code, killedBy } = end;
  if (code === 0) return undefined;
  const words = lastWords(end.said, secrets);
  const saying = words === '' ? 'and said nothing of it' : `and said: ${words}`;
  if (killedBy !== null) return new ConnectorError('unavailable', `The executable was ended by ${killedBy}, ${saying}`);
  if (code !== null && NOT_EXECUTABLE.has(code))
    return new ConnectorError('configuration', `The executable cannot be started (exit code ${code}), ${saying}`);
  const reason = code === DOCKER_FAILED ? 'unavailable' : 'invalid_answer';
  return new ConnectorError(reason, `The executable ended with exit code ${code}, ${saying}`);
}

/** The last lines of its standard error, safe to show. */
function lastWords(said: string, secrets: readonly string[]): string {
  const lines = redactText(said, secrets)
    .split('\n')
    .map((line) => line.replace(/[\s\p{Cc}]+/gu, ' ').trim())
    .filter((line) => line !== '');
  return lines.slice(-MOST_LINES).join(' | ').slice(-MOST_CHARACTERS);
}
