import type { Instant } from '../datetime/instant.ts';

/** A date and time of Python. */
export class PyDatetime {
  readonly instant: Instant;

  constructor(instant: Instant) {
    this.instant = instant;
  }
}

/** A date of Python; its instant is midnight without an offset. */
export class PyDate {
  readonly instant: Instant;

  constructor(instant: Instant) {
    this.instant = instant;
  }
}

/** A span: Python's timedelta, or with months (which have no fixed length) the Duration of `isodate`. */
export class PyTimedelta {
  readonly months: number;
  readonly micros: number;

  constructor(micros: number, months = 0) {
    this.micros = micros;
    this.months = months;
  }
}
