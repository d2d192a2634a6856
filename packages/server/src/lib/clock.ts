import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@tributary/connectors/kit/context';

export type { Clock };

/** The only place that reads the machine's time; everything else is handed a clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    await delay(ms, undefined, signal ? { signal } : {});
  },
};
