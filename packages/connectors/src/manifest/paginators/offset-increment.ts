import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { fixedContext } from '../records/record-context.ts';
import { counter } from './counter.ts';
import { isLastPage } from './is-last-page.ts';
import type { PageVariables } from './page-variables.ts';
import { pageSize } from './page-size.ts';
import type { PaginationStrategy } from './strategy.ts';

/**
 * Builds `OffsetIncrement`: records are counted; a page that is not full is the last one. `page_size` may be a template that sees
 * the answer; it is then known after a page only, and cannot be asked for.
 */
export function buildOffsetIncrement(
  definition: Component,
  build: Build,
  stream: StreamContext,
  variables: PageVariables,
): PaginationStrategy {
  const context = fixedContext(definition, build);
  const fromAnswer = typeof definition['page_size'] === 'string' && /\bresponse\b/.test(definition['page_size']);
  const size = fromAnswer ? undefined : pageSize(definition, context, stream);
  return {
    first: definition['inject_on_first_request'] === true ? 0 : undefined,
    pageSize: size,
    next(page, last) {
      const full = fromAnswer ? pageSize(definition, { ...context, response: variables(page).response }, stream) : size;
      return isLastPage(page, full) ? undefined : counter(last, 0, definition, stream) + page.size;
    },
  };
}
