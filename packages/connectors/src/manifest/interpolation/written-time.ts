import type { Instant } from '../datetime/instant.ts';
import { strftime } from '../datetime/strftime.ts';
import type { Run } from './run.ts';

/** A moment by directives of Python's `strftime`; each of them may need the calendar. */
export function writtenTime(run: Run, instant: Instant, format: string): string {
  run.spend(TIME_STEPS);
  run.makeText(format.length * DIRECTIVE_STEPS);
  run.scan(format.length, 1);
  return strftime(instant, format);
}

/** Steps of a moment itself. */
const TIME_STEPS = 4;
/** `%c` is the longest that two characters become. */
const DIRECTIVE_STEPS = 12;
