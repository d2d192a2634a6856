import { mappedStatus, unmappedStatus } from './default-mapping.ts';
import type { BackoffStrategy, ErrorHandler } from './error-handler.ts';
import type { ResponseFilter } from './response-filter.ts';

export interface DefaultErrorHandlerOptions {
  readonly filters: readonly ResponseFilter[];
  readonly backoffStrategies?: readonly BackoffStrategy[];
  readonly maxRetries?: number;
  readonly maxSeconds?: number;
}

const MAX_RETRIES = 5;
const MAX_SECONDS = 600;

/** Filters in their order, also over good answers; then a good status is taken; then the default mapping (CDK `DefaultErrorHandler`). */
export function defaultErrorHandler(options: DefaultErrorHandlerOptions): ErrorHandler {
  const { filters, backoffStrategies = [], maxRetries = MAX_RETRIES, maxSeconds = MAX_SECONDS } = options;
  return {
    maxRetries,
    maxSeconds,
    backoffStrategies,
    resolve(answer) {
      for (const filter of filters) {
        const resolution = filter(answer);
        if (resolution) return resolution;
      }
      const { status } = answer.response;
      return status < 400 ? { action: 'SUCCESS' } : (mappedStatus(status) ?? unmappedStatus(status));
    },
  };
}
