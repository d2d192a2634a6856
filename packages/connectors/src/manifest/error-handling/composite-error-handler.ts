import type { ErrorHandler, ErrorResolution, ResponseAction } from './error-handler.ts';

/** What ends the walk over the handlers; FAIL and RATE_LIMITED do not. */
const DECIDES = new Set<ResponseAction>(['SUCCESS', 'RETRY', 'IGNORE', 'RESET_PAGINATION', 'REFRESH_TOKEN_THEN_RETRY']);

/**
 * Asks handlers in their order until one decides; the last word counts when none does. All their backoff strategies stand in one
 * line, whichever handler decided (CDK `CompositeErrorHandler`).
 */
export function compositeErrorHandler(first: ErrorHandler, others: readonly ErrorHandler[]): ErrorHandler {
  const all = [first, ...others];
  return {
    maxRetries: first.maxRetries,
    maxSeconds: Math.max(...all.map(({ maxSeconds }) => maxSeconds)),
    backoffStrategies: all.flatMap(({ backoffStrategies }) => backoffStrategies),
    resolve(answer) {
      let resolution: ErrorResolution = first.resolve(answer);
      for (const handler of others) {
        if (DECIDES.has(resolution.action)) break;
        resolution = handler.resolve(answer);
      }
      return resolution;
    },
  };
}
