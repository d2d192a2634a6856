import type { ComponentDeclaration } from '../declaration.ts';

/** How many requests an API takes, and how many run side by side. */
export const budgets: readonly ComponentDeclaration[] = [
  {
    name: 'ConcurrencyLevel',
    about: 'How many requests may be under way at once.',
    typeOptional: true,
    fields: {
      default_concurrency: { shapes: ['integer', 'string'], required: true, context: ['config'] },
      max_concurrency: { shapes: ['integer'] },
    },
  },
  {
    name: 'HTTPAPIBudget',
    about: 'Limits of requests, and the headers that tell of them.',
    fields: {
      policies: {
        shapes: [
          {
            listOf: [
              { component: ['FixedWindowCallRatePolicy', 'MovingWindowCallRatePolicy', 'UnlimitedCallRatePolicy'] },
            ],
          },
        ],
        required: true,
      },
      ratelimit_reset_header: { shapes: ['string'], default: 'ratelimit-reset' },
      ratelimit_remaining_header: { shapes: ['string'], default: 'ratelimit-remaining' },
      status_codes_for_ratelimit_hit: { shapes: [{ listOf: ['integer'] }], default: [429] },
    },
  },
  {
    name: 'FixedWindowCallRatePolicy',
    about: 'So many requests in each period of fixed length.',
    fields: {
      period: { shapes: ['string'], required: true },
      call_limit: { shapes: ['integer'], required: true },
      matchers: { shapes: [{ listOf: [{ component: ['HttpRequestRegexMatcher'] }] }], required: true },
    },
  },
  {
    name: 'MovingWindowCallRatePolicy',
    about: 'So many requests within any stretch of time.',
    fields: {
      rates: { shapes: [{ listOf: [{ component: ['Rate'] }] }], required: true },
      matchers: { shapes: [{ listOf: [{ component: ['HttpRequestRegexMatcher'] }] }], required: true },
    },
  },
  {
    name: 'UnlimitedCallRatePolicy',
    about: 'Requests without a limit.',
    fields: { matchers: { shapes: [{ listOf: [{ component: ['HttpRequestRegexMatcher'] }] }], required: true } },
  },
  {
    name: 'Rate',
    about: 'A number of requests and a stretch of time.',
    typeOptional: true,
    fields: {
      limit: { shapes: ['integer', 'string'], required: true, context: ['config'] },
      interval: { shapes: ['string'], required: true },
    },
  },
  {
    name: 'HttpRequestRegexMatcher',
    about: 'Tells which requests a policy is for.',
    typeOptional: true,
    fields: {
      method: { shapes: ['string'] },
      url_base: { shapes: ['string'] },
      url_path_pattern: { shapes: ['string'] },
      params: { shapes: ['object'] },
      headers: { shapes: ['object'] },
      weight: { shapes: ['integer', 'string'] },
    },
  },
];
