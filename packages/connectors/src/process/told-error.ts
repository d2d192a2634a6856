import { ConnectorError, type ConnectorErrorReason } from '../kit/connector-error.ts';
import { redactText } from '../kit/redact-text.ts';
import type { ProgramError } from './program-message.ts';
import type { ProgramSession } from './program-session.ts';

/** What the protocol wants done: try again, ask the user, report. */
const reasons: Readonly<Record<ProgramError['failureType'], ConnectorErrorReason>> = {
  transient_error: 'unavailable',
  config_error: 'configuration',
  system_error: 'invalid_answer',
};

const MOST_CHARACTERS = 600;

/** The error of a program that told of one itself; its words are shown without the secrets of the configuration. */
export function toldError(
  { failureType, message, stream }: ProgramError,
  { config }: Pick<ProgramSession, 'config'>,
): ConnectorError {
  const words = redactText(message.slice(0, 4 * MOST_CHARACTERS), config().secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MOST_CHARACTERS);
  const about = stream === undefined ? '' : `${stream}: `;
  return new ConnectorError(reasons[failureType], `${about}${words === '' ? 'The executable failed.' : words}`);
}
