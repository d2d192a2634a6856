import { type ManifestAnswers, pathOf } from './manifest-answers.ts';

/** The `paginator` of these answers, as YAML. */
export function paginatorText(answers: ManifestAnswers): string {
  const { paging = 'none', 'page-param': param = '', 'size-param': sizeParam = 'none' } = answers;
  if (paging === 'none') return '# All records come in one answer; `paginator` would ask for more pages.';
  const size =
    sizeParam === 'none'
      ? ''
      : `\n  page_size_option:\n    type: RequestOption\n    inject_into: request_parameter\n    field_name: ${quoted(sizeParam)}`;
  const token =
    paging === 'link'
      ? '\n  page_token_option:\n    type: RequestPath'
      : `\n  page_token_option:\n    type: RequestOption\n    inject_into: request_parameter\n    field_name: ${quoted(param)}`;
  return `paginator:\n  type: DefaultPaginator${size}${token}\n  pagination_strategy:\n${strategyText(answers)}`;
}

function strategyText({ paging, next = 'header', 'page-size': pageSize }: ManifestAnswers): string {
  const size = pageSize === undefined ? '' : `\n    page_size: ${pageSize}`;
  if (paging === 'page')
    return `    # A page with fewer records is the last one.\n    type: PageIncrement${size}\n    start_from_page: 1`;
  if (paging === 'offset') return `    # A page with fewer records is the last one.\n    type: OffsetIncrement${size}`;
  const { value, stop } = nextTemplates(next);
  return `    type: CursorPagination\n    cursor_value: ${quoted(value)}\n    stop_condition: ${quoted(stop)}${size}`;
}

function nextTemplates(next: string): { readonly value: string; readonly stop: string } {
  if (next === 'header')
    return { value: "{{ headers['link']['next']['url'] }}", stop: "{{ 'next' not in headers['link'] }}" };
  const parts = pathOf(next).map((part) => `'${part}'`);
  // What is not there on the last page is no error.
  const place = `response${parts.map((part, at) => (at < parts.length - 1 ? `.get(${part}, {})` : `.get(${part})`)).join('')}`;
  return { value: `{{ ${place} }}`, stop: `{{ not ${place} }}` };
}

const quoted = (value: string): string => JSON.stringify(value);
