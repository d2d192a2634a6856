import type { ComponentDeclaration } from '../declaration.ts';

/** What becomes of answers that are not plainly good. */
export const errorHandlers: readonly ComponentDeclaration[] = [
  {
    name: 'DefaultErrorHandler',
    about: 'Decides by filters, then by the status, and says how long to wait before a retry.',
    fields: {
      backoff_strategies: {
        shapes: [
          {
            listOf: [
              {
                component: [
                  'ConstantBackoffStrategy',
                  'ExponentialBackoffStrategy',
                  'WaitTimeFromHeader',
                  'WaitUntilTimeFromHeader',
                  'CustomBackoffStrategy',
                ],
              },
            ],
          },
        ],
        customType: 'CustomBackoffStrategy',
      },
      max_retries: { shapes: ['integer', 'string'], default: 5, context: ['config'] },
      response_filters: {
        shapes: [{ listOf: [{ component: ['HttpResponseFilter'] }] }],
        defaultType: 'HttpResponseFilter',
      },
    },
  },
  {
    name: 'CompositeErrorHandler',
    about: 'Asks several error handlers in turn.',
    fields: {
      error_handlers: {
        shapes: [{ listOf: [{ component: ['CompositeErrorHandler', 'DefaultErrorHandler', 'CustomErrorHandler'] }] }],
        required: true,
        defaultType: 'DefaultErrorHandler',
      },
    },
  },
  {
    name: 'HttpResponseFilter',
    about: 'Matches answers by status, text or a condition, and names what to do.',
    fields: {
      action: {
        shapes: [
          {
            oneOf: [
              'SUCCESS',
              'FAIL',
              'RETRY',
              'IGNORE',
              'RESET_PAGINATION',
              'RATE_LIMITED',
              'REFRESH_TOKEN_THEN_RETRY',
            ],
          },
        ],
      },
      failure_type: { shapes: [{ oneOf: ['system_error', 'config_error', 'transient_error'] }] },
      error_message: { shapes: ['string'], context: ['config', 'response', 'headers'] },
      error_message_contains: { shapes: ['string'] },
      http_codes: { shapes: [{ listOf: ['integer'] }] },
      predicate: { shapes: ['string'], context: ['response', 'headers'] },
    },
  },
  {
    name: 'ConstantBackoffStrategy',
    about: 'Waits the same time before each retry.',
    fields: {
      backoff_time_in_seconds: { shapes: ['number', 'string'], required: true, minimum: 0, context: ['config'] },
      jitter_range_in_seconds: { shapes: ['number'], minimum: 0 },
    },
  },
  {
    name: 'ExponentialBackoffStrategy',
    about: 'Waits longer before each further retry.',
    fields: {
      factor: { shapes: ['number', 'string'], default: 5, context: ['config'] },
      jitter_range_in_seconds: { shapes: ['number'], minimum: 0 },
    },
  },
  {
    name: 'WaitTimeFromHeader',
    about: 'Waits as many seconds as a header says.',
    fields: {
      header: { shapes: ['string'], required: true, context: ['config'] },
      regex: { shapes: ['string'] },
      max_waiting_time_in_seconds: { shapes: ['number', 'string'], context: ['config'] },
    },
  },
  {
    name: 'WaitUntilTimeFromHeader',
    about: 'Waits until the time that a header names.',
    fields: {
      header: { shapes: ['string'], required: true, context: ['config'] },
      min_wait: { shapes: ['number', 'string'], context: ['config'] },
      regex: { shapes: ['string'], context: ['config'] },
      max_waiting_time_in_seconds: { shapes: ['number', 'string'], context: ['config'] },
    },
  },
];
