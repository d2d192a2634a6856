import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { fixedContext } from '../records/record-context.ts';
import { counter } from './counter.ts';
import { isLastPage } from './is-last-page.ts';
import { pageSize } from './page-size.ts';
import type { PaginationStrategy } from './strategy.ts';

/** Builds `PageIncrement`: pages are counted from `start_from_page`; a page that is not full is the last one. */
export function buildPageIncrement(definition: Component, build: Build, stream: StreamContext): PaginationStrategy {
  const size = pageSize(definition, fixedContext(definition, build), stream);
  const { start_from_page: start, inject_on_first_request: injects } = definition;
  const first = typeof start === 'number' ? start : 0;
  return {
    first: injects === true ? first : undefined,
    pageSize: size,
    next: (page, last) => (isLastPage(page, size) ? undefined : counter(last, first, definition, stream) + 1),
  };
}
