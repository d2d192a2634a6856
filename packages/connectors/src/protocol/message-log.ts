import { isDeepStrictEqual } from 'node:util';
import type { ConnectorContext, Logger } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import type { AirbyteMessage, LogLevel } from './messages.ts';

/** A logger whose lines wait until they are taken as messages, as do configurations that the connector wants to be kept. */
export interface MessageLog extends Logger {
  readonly keepConfiguration: NonNullable<ConnectorContext['keepConfiguration']>;
  /** @param now milliseconds since the epoch */
  take(now: number): AirbyteMessage[];
}

/** Lines that wait at most; a source that logs more in one go loses the oldest. */
const MOST_WAITING = 1_000;

export function messageLog(): MessageLog {
  let waiting: AirbyteMessage[] = [];
  let told: JsonObject | undefined;
  let changed: JsonObject | undefined;
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
    keepConfiguration(config) {
      // A migration comes to the same result each time that the connector is opened.
      if (!isDeepStrictEqual(config, told)) changed = config;
      return Promise.resolve();
    },
    take(now) {
      const taken = waiting;
      waiting = [];
      if (!changed) return taken;
      const config = (told = changed);
      changed = undefined;
      return [
        ...taken,
        { type: 'CONTROL', control: { type: 'CONNECTOR_CONFIG', emitted_at: now, connectorConfig: { config } } },
      ];
    },
  };
}
