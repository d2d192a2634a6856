import type { TemplateContext } from '../model/template.ts';

interface Now {
  /** Milliseconds since the epoch. */
  now(): number;
}

// A symbol, so that no template can name it and no variable of a component can stand in its place.
const CLOCK = Symbol('clock of the macros');

/**
 * The part of a context that tells `now_utc()` and the other macros the time: spread it into each context,
 * `{ ...macroClock(build.ctx.clock), config, … }`. Without it those macros fail.
 */
export function macroClock(clock: Now): TemplateContext {
  return { [CLOCK]: clock } as TemplateContext;
}

/** The clock of a context. */
export function clockOf(context: TemplateContext): Now | undefined {
  return (context as Readonly<Record<symbol, Now | undefined>>)[CLOCK];
}
