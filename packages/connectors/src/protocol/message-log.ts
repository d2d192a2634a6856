import type { Logger } from '../kit/context.ts';
import type { AirbyteMessage, LogLevel } from './messages.ts';

/** A logger whose lines wait until they are taken as messages. */
export interface MessageLog extends Logger {
  take(): AirbyteMessage[];
}

/** Lines that wait at most; a source that logs more in one go loses the oldest. */
const MOST_WAITING = 1_000;

export function messageLog(): MessageLog {
  let waiting: AirbyteMessage[] = [];
  const write =
    (level: LogLevel) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      const details = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
      waiting.push({ type: 'LOG', log: { level, message: `${message}${details}` } });
      if (waiting.length > MOST_WAITING) waiting.shift();
    };
  return {
    debug: write('DEBUG'),
    info: write('INFO'),
    warn: write('WARN'),
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
}
