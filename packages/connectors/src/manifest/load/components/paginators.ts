import type { ComponentDeclaration } from '../declaration.ts';

/** How further pages of a slice are asked for. */
export const paginators: readonly ComponentDeclaration[] = [
  { name: 'NoPagination', about: 'There is one page.', fields: {} },
  {
    name: 'DefaultPaginator',
    about: 'Asks for pages by a strategy, and says where size and token go in a request.',
    fields: {
      pagination_strategy: {
        shapes: [{ component: ['PageIncrement', 'OffsetIncrement', 'CursorPagination', 'CustomPaginationStrategy'] }],
        required: true,
        customType: 'CustomPaginationStrategy',
      },
      page_size_option: { shapes: [{ component: ['RequestOption'] }], defaultType: 'RequestOption' },
      page_token_option: { shapes: [{ component: ['RequestOption', 'RequestPath'] }] },
    },
  },
  {
    name: 'CursorPagination',
    about: 'Takes the next token from the answer by a template.',
    fields: {
      cursor_value: {
        shapes: ['string'],
        required: true,
        context: ['config', 'headers', 'last_page_size', 'last_record', 'response'],
      },
      page_size: { shapes: ['integer', 'string'], context: ['config'] },
      stop_condition: { shapes: ['string'], context: ['config', 'headers', 'last_record', 'response'] },
    },
  },
  {
    name: 'PageIncrement',
    about: 'Counts pages.',
    fields: {
      page_size: { shapes: ['integer', 'string'], context: ['config'] },
      start_from_page: { shapes: ['integer'], default: 0 },
      inject_on_first_request: { shapes: ['boolean'], default: false },
    },
  },
  {
    name: 'OffsetIncrement',
    about: 'Counts records.',
    fields: {
      page_size: { shapes: ['integer', 'string'], context: ['config', 'response'] },
      inject_on_first_request: { shapes: ['boolean'], default: false },
    },
  },
  {
    name: 'PaginationReset',
    about: 'Begins the pages again, when there are more than an API gives.',
    fields: {
      action: { shapes: [{ oneOf: ['SPLIT_USING_CURSOR', 'RESET'] }], required: true },
      limits: { shapes: [{ component: ['PaginationResetLimits'] }] },
    },
  },
  {
    name: 'PaginationResetLimits',
    about: 'When pages are begun again.',
    fields: { number_of_records: { shapes: ['integer'] } },
  },
];
