import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean, interpolatedString } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { isTruthy } from '../records/is-truthy.ts';
import { fixedContext } from '../records/record-context.ts';
import { pageSize } from './page-size.ts';
import type { PageVariables } from './page-variables.ts';
import type { PaginationStrategy } from './strategy.ts';
import { plainText } from '../records/plain-text.ts';

/**
 * Builds `CursorPagination`: when `stop_condition` does not hold, `cursor_value` is the next token; what Python takes for false ends
 * the slice. Templates see `response`, `headers`, `last_record`, `last_page_size` and `page_size`.
 */
export function buildCursorPagination(
  definition: Component,
  build: Build,
  stream: StreamContext,
  variables: PageVariables,
): PaginationStrategy {
  const context = fixedContext(definition, build);
  const size = pageSize(definition, context, stream);
  const { cursor_value: cursorValue, stop_condition: stopCondition } = definition;
  const cursor = interpolatedString(plainText(cursorValue));
  const stops =
    stopCondition === undefined || stopCondition === null || stopCondition === '' ? undefined : stopCondition;
  const stop =
    stops === undefined ? undefined : interpolatedBoolean(typeof stops === 'boolean' ? stops : plainText(stops));
  return {
    first: undefined,
    pageSize: size,
    next(page) {
      // The getter stays one: a body that no template looks at is not decoded again.
      const seen = Object.defineProperties(
        { ...context, page_size: size ?? null },
        Object.getOwnPropertyDescriptors(variables(page)),
      );
      if (stop?.evaluate(seen)) return undefined;
      const token = cursor.evaluate(seen) as Json;
      return isTruthy(token) ? token : undefined;
    },
  };
}
