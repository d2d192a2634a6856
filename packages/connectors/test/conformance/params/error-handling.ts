import { handClock } from '../../../src/testing/connector-probe.ts';
import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { buildBackoffStrategy } from '../../../src/manifest/error-handling/backoff-strategy.ts';
import { buildErrorHandler } from '../../../src/manifest/error-handling/build-error-handler.ts';
import { compositeErrorHandler } from '../../../src/manifest/error-handling/composite-error-handler.ts';
import { defaultErrorHandler } from '../../../src/manifest/error-handling/default-error-handler.ts';
import type {
  ErrorHandler,
  ErrorResolution,
  JudgedAnswer,
} from '../../../src/manifest/error-handling/error-handler.ts';
import { numberInHeader } from '../../../src/manifest/error-handling/number-in-header.ts';
import { responseFilter } from '../../../src/manifest/error-handling/response-filter.ts';
import type { Build } from '../../../src/manifest/model/build.ts';
import { pythonRegex } from '../../../src/manifest/requests/python-regex.ts';
import { testingBuild, testingStream } from '../../../src/manifest/requests/testing-build.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { answerOf } from './judged-answer.ts';
import { enumMember, isStub } from './param-table.ts';
import type { ParamJudge, ParamJudges, ParamRow } from './param-table.ts';

const given = (value: unknown): Json => value as Json;
const member = (value: unknown): string | undefined => enumMember(value)?.split('.').at(-1);

/** The times of the CDK's own tests of waiting. */
const NOW_S = 1_600_000_000;

function buildWith(config: JsonObject): Build {
  const build = testingBuild({ config });
  return { ...build, ctx: { ...build.ctx, clock: handClock(NOW_S * 1000) } };
}

interface Waiting {
  readonly definition: JsonObject & { readonly type: string };
  readonly config?: JsonObject;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly attempt?: number;
  readonly random?: number;
}

function secondsOf({ definition, config = {}, headers = {}, attempt = 1, random = 0 }: Waiting): number | null {
  const fields = Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== null));
  const component = { ...fields, type: definition.type };
  const strategy = buildBackoffStrategy(component, buildWith(config), testingStream(), { random: () => random });
  return strategy.seconds(answerOf({ status: 429, headers }), attempt) ?? null;
}

/** The least and the most that jitter makes of a wait. */
function judgeBounds(row: ParamRow, waiting: Waiting): Verdict {
  const [least, most] = [0, 1].map((random) => secondsOf({ ...waiting, random }));
  return expectSame([least, most], [row['expected_lower_bound'], row['expected_upper_bound']]);
}

const constant = (row: ParamRow): Waiting => ({
  definition: {
    type: 'ConstantBackoffStrategy',
    backoff_time_in_seconds: given(row['backofftime']),
    jitter_range_in_seconds: given(row['jitter_range']),
    $parameters: { backoff: 20 },
  },
  config: { backoff: 30 },
});

const exponential = (row: ParamRow): Waiting => ({
  definition: {
    type: 'ExponentialBackoffStrategy',
    factor: given(row['factor']),
    jitter_range_in_seconds: given(row['jitter_range']),
    $parameters: { backoff: 5 },
  },
  config: { backoff: 5 },
  attempt: Number(row['attempt_count']),
});

const UNTIL = { wait_until: 'wait_until', regex: '[-+]?\\d+', min_wait: 60 };

const capped = (cap: unknown, config: JsonObject = {}): Waiting => ({
  definition: { type: 'WaitUntilTimeFromHeader', header: 'wait_until', max_waiting_time_in_seconds: given(cap) },
  config,
  headers: { wait_until: NOW_S + 60 },
});

const judgeCapped = (row: ParamRow, waiting: Waiting): Verdict | Promise<Verdict> =>
  row['expected'] === 'raises'
    ? expectThrow(() => secondsOf(waiting))
    : expectSame(secondsOf(waiting), row['expected']);

const waitUntil: Readonly<Record<string, ParamJudge>> = {
  test_wait_untiltime_from_header: (row) =>
    expectSame(
      secondsOf({
        definition: {
          type: 'WaitUntilTimeFromHeader',
          header: given(row['header']),
          min_wait: given(row['min_wait']),
          regex: given(row['regex']),
          $parameters: UNTIL,
        },
        config: UNTIL,
        headers: { wait_until: row['wait_until'] },
      }),
      row['expected_backoff_time'],
    ),
  test_max_waiting_time_in_seconds: (row) => judgeCapped(row, capped(row['max_waiting_time_in_seconds'])),
  test_cap_is_interpolated_from_config: (row) =>
    judgeCapped(row, capped("{{ config['max_waiting_time'] * 60 }}", row['config'] as JsonObject)),
  test_given_cap_cannot_be_evaluated_then_raise_system_error: (row) =>
    expectThrow(() => secondsOf(capped(row['max_waiting_time_in_seconds'], row['config'] as JsonObject))),
  test_non_finite_cap_is_rejected: (row) => expectThrow(() => secondsOf(capped(row['cap']))),
};

const ACTION = 'response_action';

/** Words of our own stand for the messages of the CDK's mapping; those of the row's filter must be the same. */
function judgeResolution(actual: ErrorResolution | undefined, expected: unknown, words?: unknown): Verdict {
  if (!isStub(expected)) return expectSame(actual ?? null, expected);
  const { failure_type: failure, error_message: message = null } = expected.kwargs;
  const isOurs = typeof message === 'string' && message !== words;
  const said = actual?.message ?? '';
  return expectSame(
    [actual?.action, actual?.failureType, isOurs ? said !== '' : said],
    [member(expected.kwargs[ACTION]), member(failure), isOurs ? true : (message ?? '')],
  );
}

/** What the mapping of the CDK says of statuses, as its documentation lists them. */
const MAPPED: Readonly<Record<string, readonly [string, string]>> = {
  'DEFAULT_ERROR_MAPPING.400': ['FAIL', 'system_error'],
  'DEFAULT_ERROR_MAPPING.404': ['FAIL', 'system_error'],
  'DEFAULT_ERROR_MAPPING.408': ['RETRY', 'transient_error'],
};

const filterOf = (fields: Readonly<Record<string, unknown>>): JsonObject => {
  const { action, failure_type: failure, http_codes: codes, ...rest } = fields;
  return {
    ...(rest as JsonObject),
    type: 'HttpResponseFilter',
    action: member(action) ?? given(action),
    ...(Array.isArray(codes) && { http_codes: given(codes) }),
    ...(failure !== null && failure !== undefined && { failure_type: member(failure) ?? given(failure) }),
  };
};

const handlerOf = (filters: readonly JsonObject[], more: JsonObject = {}): ErrorHandler =>
  buildErrorHandler(
    { type: 'DefaultErrorHandler', response_filters: filters, ...more },
    testingBuild(),
    testingStream(),
  );

const actionOf = (handler: ErrorHandler, status: number): string => handler.resolve(answerOf({ status })).action;

const defaultHandler: Readonly<Record<string, ParamJudge>> = {
  test_default_error_handler_with_default_response_filter: (row) => {
    const resolution = handlerOf([]).resolve(answerOf({ status: Number(row['http_status_code']) }));
    const mapped = MAPPED[enumMember(row['expected_error_resolution']) ?? String(row['expected_error_resolution'])];
    if (mapped) return expectSame([resolution.action, resolution.failureType], mapped);
    return judgeResolution(resolution, row['expected_error_resolution']);
  },
  test_default_error_handler_with_custom_response_filter: (row) => {
    const filter = row['test_response_filter'];
    if (!isStub(filter)) return notApplicable('the row has no filter');
    const status = Number(row['http_status_code']);
    const json = status === 418 ? { error: 'test' } : {};
    const { action, failureType, message } = handlerOf([filterOf(filter.kwargs)]).resolve(answerOf({ status, json }));
    return expectSame(
      [action, failureType, message !== ''],
      [member(row['response_action']), member(row['failure_type']), row['error_message'] !== ''],
    );
  },
  test_default_error_handler_with_multiple_response_filters: (row) => {
    const handler = handlerOf([
      filterOf({ action: 'RETRY', http_codes: [400] }),
      filterOf({ action: 'FAIL', http_codes: [402] }),
    ]);
    return expectSame(actionOf(handler, Number(row['http_status_code'])), member(row['expected_response_action']));
  },
  test_default_error_handler_with_conflicting_response_filters: (row) => {
    const filters = ['first', 'second'].map((which) =>
      filterOf({ action: row[`${which}_response_filter_action`], http_codes: [400] }),
    );
    return expectSame(actionOf(handlerOf(filters), 400), member(row['expected_response_action']));
  },
  test_default_error_handler_with_exponential_backoff_strategy: (row) => {
    const attempt = Number(row['attempt_count']);
    const handler = handlerOf([], { backoff_strategies: [{ type: 'ExponentialBackoffStrategy', factor: 1 }] });
    return expectSame(handler.backoffStrategies[0]?.seconds(answerOf({ status: 429 }), attempt), 2 ** attempt);
  },
};

const behaving = (value: unknown): ErrorHandler => ({
  ...defaultErrorHandler({ filters: [] }),
  resolve: () => ({ action: (isStub(value) ? member(value.kwargs[ACTION]) : 'FAIL') as ErrorResolution['action'] }),
});

const ANY: JudgedAnswer = answerOf({ status: 200 });

const composite: Readonly<Record<string, ParamJudge>> = {
  test_composite_error_handler: (row) => {
    const handler = compositeErrorHandler(behaving(row['first_handler_behavior']), [
      behaving(row['second_handler_behavior']),
    ]);
    return judgeResolution(handler.resolve(ANY), row['expected_behavior']);
  },
  test_error_handler_compatibility_multiple_filters: (row) => {
    const [ignore, fail] = [
      filterOf({ action: 'IGNORE', http_codes: [403] }),
      filterOf({ action: 'FAIL', http_codes: [404] }),
    ];
    const status = Number(row['status_code']);
    const together = compositeErrorHandler(handlerOf([ignore, fail]), []);
    const apart = compositeErrorHandler(handlerOf([ignore]), [handlerOf([fail])]);
    const expected = member(row['expected_action']);
    return expectSame([actionOf(together, status), actionOf(apart, status)], [expected, expected]);
  },
  test_max_time_is_max_of_underlying_handlers: (row) => {
    const [first, ...others] = (row['max_times'] as readonly number[]).map((maxSeconds) =>
      defaultErrorHandler({ filters: [], maxSeconds }),
    );
    if (!first) return notApplicable('the row has no handler');
    return expectSame(compositeErrorHandler(first, others).maxSeconds, row['expected_max_time']);
  },
  test_composite_error_handler_backoff_strategies: (row) => {
    const handlers = (row['handler_strategies'] as readonly unknown[]).map((strategies) => ({
      type: 'DefaultErrorHandler',
      backoff_strategies: constantsOf(strategies),
    }));
    const definition = { type: 'CompositeErrorHandler', error_handlers: handlers };
    const { backoffStrategies } = buildErrorHandler(definition, testingBuild(), testingStream());
    const expected = constantsOf(row['expected_strategies']).map((one) => one['backoff_time_in_seconds']);
    return expectSame(
      backoffStrategies.map((one) => one.seconds(ANY, 1)),
      expected,
    );
  },
};

/** `ConstantBackoffStrategy(5, {}, {})`, as the manifest would write it. */
const constantsOf = (value: unknown): readonly JsonObject[] =>
  (Array.isArray(value) ? value : []).filter(isStub).map(({ args }) => ({
    type: 'ConstantBackoffStrategy',
    backoff_time_in_seconds: given(args[0]),
  }));

function judgeFilter(row: ParamRow): Verdict {
  const { action, failure_type, http_codes, predicate, error_contains, error_message, response } = row;
  const { status_code: status, json, headers } = response as { status_code: number; json?: Json; headers?: object };
  const fields = { action, failure_type, http_codes, predicate, error_message_contains: error_contains, error_message };
  const definition = { ...filterOf(fields), type: 'HttpResponseFilter' };
  const answer = answerOf({ status, ...(json !== undefined && { json }), headers: { ...headers } });
  const expected = row['expected_error_resolution'];
  const words = isStub(expected) && isTemplate(error_message) ? expected.kwargs['error_message'] : error_message;
  return judgeResolution(responseFilter(definition, testingBuild())(answer), expected, words);
}

const isTemplate = (value: unknown): boolean => typeof value === 'string' && value.includes('{{');

function judgeHeaderNumber(row: ParamRow): Verdict {
  const regex = row['regex'] as { readonly __repr__: string } | null;
  const source = regex?.__repr__.replace(/^re\.compile\('(.*)'\)$/, '$1').replaceAll('\\\\', '\\');
  const headers = Object.entries(row['headers'] as object).map(([name, value]) => [name, String(value)] as const);
  const found = numberInHeader(
    Object.fromEntries(headers),
    String(row['requested_header']),
    source === undefined ? undefined : pythonRegex(source),
  );
  return expectSame(found ?? null, row['expected_value']);
}

const BACKOFF = 'requesters__error_handlers__backoff_strategies__';

/** Tables about what follows from an answer, and how long to wait. */
export const errorHandlingJudges: ParamJudges = {
  [`${BACKOFF}test_constant_backoff`]: {
    test_constant_backoff: (row) => expectSame(secondsOf(constant(row)), row['expected_backoff_time']),
    test_constant_backoff_with_jitter_bounds: (row) => judgeBounds(row, constant(row)),
  },
  [`${BACKOFF}test_exponential_backoff`]: {
    test_exponential_backoff: (row) => expectSame(secondsOf(exponential(row)), row['expected_backoff_time']),
    test_exponential_backoff_with_jitter_bounds: (row) => judgeBounds(row, exponential(row)),
  },
  [`${BACKOFF}test_header_helper`]: { test_get_numeric_value_from_header: judgeHeaderNumber },
  [`${BACKOFF}test_wait_until_time_from_header`]: waitUntil,
  requesters__error_handlers__test_composite_error_handler: composite,
  requesters__error_handlers__test_default_error_handler: defaultHandler,
  requesters__error_handlers__test_http_response_filter: { test_matches: judgeFilter },
};
