import type { Json } from '../../kit/json.ts';
import { readsOf } from '../interpolation/reads-of.ts';
import type { ReadPath } from '../interpolation/reads-of.ts';
import type { Component } from '../model/component.ts';
import type { Decoder, RecordSelector } from '../model/records.ts';
import { componentOf, componentsOf } from '../requests/components-of.ts';
import type { BodyTaking } from '../requests/http-requester.ts';

/** The parts of a retriever that have to do with answers; the definitions are absent where the manifest has none. */
export interface AnswerReaders {
  readonly requester: Component | undefined;
  readonly paginator: Component | undefined;
  readonly decoder: Decoder;
  readonly selector: RecordSelector;
}

/**
 * How a retriever takes the bodies of its answers. Large ones come in pieces where nobody looks at the list of records as a
 * whole: error handling judges by status and headers, and pagination reads other fields of the answer, if any.
 */
export function bodyTaking({ requester, paginator, decoder, selector: { listPath } }: AnswerReaders): BodyTaking {
  if (decoder.streams) return 'as it comes';
  if (!listPath) return 'whole';
  const isOpen = judgesByHead(componentOf(requester?.['error_handler'])) && leavesListAlone(paginator, listPath);
  return isOpen ? 'whole unless large' : 'whole';
}

/** Whether an error handler takes or refuses an answer without a look into its body; the code of a custom part may do anything. */
function judgesByHead(handler: Component | undefined): boolean {
  switch (handler?.type) {
    case undefined:
      return true;
    case 'CompositeErrorHandler':
      return componentsOf(handler['error_handlers']).every(judgesByHead);
    case 'DefaultErrorHandler':
      return (
        !componentsOf(handler['response_filters']).some(looksIntoBody) &&
        !componentsOf(handler['backoff_strategies']).some(({ type }) => type === 'CustomBackoffStrategy')
      );
    default:
      return false;
  }
}

const looksIntoBody = ({ predicate, error_message_contains: contained }: Component): boolean =>
  isSaid(predicate) || isSaid(contained);

const isSaid = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== '';

/** Fields of strategies that may be templates over the answer. */
const TEMPLATES: Readonly<Record<string, readonly string[] | undefined>> = {
  PageIncrement: [],
  OffsetIncrement: ['page_size'],
  CursorPagination: ['cursor_value', 'stop_condition'],
};

function leavesListAlone(paginator: Component | undefined, list: ReadPath): boolean {
  if (!paginator || paginator.type === 'NoPagination') return true;
  const strategy = componentOf(paginator['pagination_strategy']);
  const fields = strategy && TEMPLATES[strategy.type];
  if (!fields) return false;
  return fields.every((field) => {
    const source = strategy[field];
    if (typeof source !== 'string') return true;
    return readsOf(source, 'response')?.every((path) => !isOnWay(path, list)) ?? false;
  });
}

/** Whether one of two paths leads through the other. */
const isOnWay = (one: ReadPath, other: ReadPath): boolean =>
  one.slice(0, other.length).every((name, at) => name === other[at]);
