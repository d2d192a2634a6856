import { ConnectorError } from '../../kit/connector-error.ts';
import type { Logger } from '../../kit/context.ts';
import type { MutableRecord, Paginator, RecordSelector } from '../model/records.ts';
import type { ManifestResponse, RequestOutcome, RequestPlace, Requester } from '../model/request.ts';
import type { NextPageToken, StreamSlice } from '../model/slice.ts';
import type { PartitionRouter, ReadControl, Retriever } from '../model/stream.ts';
import type { PaginationReset } from '../paginators/pagination-reset.ts';
import { CHILD_RESPONSE } from '../partitions/parent-stream.ts';
import type { QueryProperties } from '../query-properties/build-query-properties.ts';
import { childResponse } from './child-response.ts';
import { SliceRestart } from './slice-restart.ts';

export interface SimpleRetrieverParts {
  readonly stream: string;
  readonly requester: Requester;
  readonly selector: RecordSelector;
  readonly paginator: Paginator;
  readonly router: PartitionRouter | undefined;
  readonly queryProperties: QueryProperties | undefined;
  readonly reset: PaginationReset | undefined;
  /** `ignore_stream_slicer_parameters_on_paginated_requests` */
  readonly firstPageOnly: boolean;
  /** Parents bring the first answer with them (`lazy_read_pointer`). */
  readonly readsParents: boolean;
  /** See `Retriever.turnsByToken`. */
  readonly turnsByToken?: boolean;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What one page was; `response` is absent when an error handler ended the slice or began it anew. */
interface PageEnd {
  readonly outcome: RequestOutcome['type'];
  readonly response?: ManifestResponse;
  /** Extracted records, before filters. */
  readonly size: number;
  /** Records that came through selection, and the last of them. */
  readonly count: number;
  readonly last: MutableRecord | undefined;
}

/** `undefined` when the slice has ended; the last record when it is to begin again. */
type PagesEnd = { readonly last: MutableRecord | undefined } | undefined;

/** The page that an earlier read came to is not there any more. */
class ForgottenPage extends Error {
  constructor(cause: unknown) {
    super('The page is gone.', { cause });
  }
}

/** Whether a source does not want what it was asked, and would not want it later. */
const isRefusal = (error: unknown): boolean =>
  error instanceof ConnectorError && ['invalid_answer', 'configuration', 'cursor_expired'].includes(error.reason);

const isPast = ({ last }: PageEnd, control: ReadControl): boolean =>
  last !== undefined && (control.isPast?.(last) ?? false);

type Pages = AsyncGenerator<readonly MutableRecord[], PageEnd>;

/** Asks for the pages of a slice, one after the other. */
export class SimpleRetriever implements Retriever {
  readonly router: PartitionRouter | undefined;
  readonly turnsByToken: boolean;
  readonly #parts: SimpleRetrieverParts;

  constructor(parts: SimpleRetrieverParts) {
    this.router = parts.router;
    this.turnsByToken = parts.turnsByToken ?? false;
    this.#parts = parts;
  }

  async *read(slice: StreamSlice, control: ReadControl): AsyncGenerator<readonly MutableRecord[]> {
    const restart = new SliceRestart(this.#parts.stream, this.#parts.reset);
    let now: StreamSlice | undefined = slice;
    for (let from = control.pages?.from; now; from = undefined) {
      const reset: PagesEnd = yield* this.#pagesFrom(from, now, control, restart);
      now = reset ? restart.next(now, reset.last, control) : undefined;
      // What is left of a slice has pages of its own.
      if (now !== slice) control = { ...control, pages: undefined };
    }
  }

  /** The pages from one on that an earlier read came to; all of them when the source does not know it any more. */
  async *#pagesFrom(
    from: NextPageToken | undefined,
    slice: StreamSlice,
    control: ReadControl,
    restart: SliceRestart,
  ): AsyncGenerator<readonly MutableRecord[], PagesEnd> {
    try {
      return yield* this.#pages(slice, control, restart, from);
    } catch (error) {
      if (!from || !(error instanceof ForgottenPage)) throw error;
      const why = error.cause instanceof Error ? error.cause.message : 'it was empty';
      this.#parts.log.info(
        { stream: this.#parts.stream, why },
        'the page to go on from is gone; a slice is read again',
      );
      return yield* this.#pages(slice, control, restart);
    }
  }

  /** Throws `ForgottenPage` when nothing comes with the page of `from`. */
  async *#pages(
    slice: StreamSlice,
    control: ReadControl,
    restart: SliceRestart,
    from?: NextPageToken,
  ): AsyncGenerator<readonly MutableRecord[], PagesEnd> {
    const walk = this.#parts.paginator.walk(from);
    let token = walk.first;
    let last: MutableRecord | undefined;
    for (let isFirst = true; ; isFirst = false) {
      this.#parts.signal.throwIfAborted();
      const page: PageEnd =
        isFirst && from
          ? yield* this.#rememberedPage(slice, from, control)
          : yield* this.#page(slice, token, control, isFirst);
      last = page.last ?? last;
      if (page.outcome === 'reset_pagination') return { last };
      if (!page.response || isPast(page, control)) return undefined;
      if (restart.isDue(page.count)) return { last };
      token = walk.next({ response: page.response, size: page.size, lastRecord: page.last });
      if (!token) return undefined;
      control.pages?.turned(token);
    }
  }

  /**
   * The page that an earlier read came to. A source that has forgotten it refuses it, or gives nothing: then the records behind it
   * would be missing.
   */
  async *#rememberedPage(slice: StreamSlice, token: NextPageToken, control: ReadControl): Pages {
    let page: PageEnd;
    try {
      page = yield* this.#page(slice, token, control, false);
    } catch (error) {
      throw isRefusal(error) ? new ForgottenPage(error) : error;
    }
    if (page.outcome !== 'response' || page.size === 0) throw new ForgottenPage(undefined);
    return page;
  }

  async *#page(slice: StreamSlice, token: NextPageToken | undefined, control: ReadControl, isFirst: boolean): Pages {
    const { queryProperties, readsParents } = this.#parts;
    const brought = isFirst && readsParents ? slice.extraFields[CHILD_RESPONSE] : undefined;
    if (brought !== undefined) return yield* this.#records(childResponse(brought), { slice }, control);
    if (queryProperties) return yield* this.#chunkedPage(queryProperties, slice, token, control);
    const outcome = await this.#send(slice, token, control);
    if (outcome.type !== 'response') return { outcome: outcome.type, size: 0, count: 0, last: undefined };
    return yield* this.#records(outcome.response, placeOf(slice, token), control);
  }

  /** A page that takes several requests, because the source gives only some properties at once. */
  async *#chunkedPage(
    properties: QueryProperties,
    slice: StreamSlice,
    token: NextPageToken | undefined,
    control: ReadControl,
  ): Pages {
    const merge = properties.merge?.();
    let end: PageEnd = { outcome: 'response', size: 0, count: 0, last: undefined };
    for (const chunk of await properties.chunks()) {
      const asked = properties.sliceFor(slice, chunk);
      const outcome = await this.#send(asked, token, control);
      if (outcome.type !== 'response') {
        end = { ...end, outcome: outcome.type };
        break;
      }
      const { response } = outcome;
      let size = 0;
      for await (const { records, extracted } of this.#parts.selector.select(response, placeOf(asked, token))) {
        const whole = merge ? merge.add(records) : records;
        size += extracted;
        end = later(end, whole);
        yield this.#wanted(whole, placeOf(asked, token), control);
      }
      // Each answer of the page has the same records, with other properties.
      end = { ...end, response, size: Math.max(end.size, size) };
    }
    const merged = merge?.merged() ?? [];
    yield this.#wanted(merged, placeOf(slice, token), control);
    const { response, ...rest } = later(end, merged);
    return end.outcome === 'response' && response ? { ...rest, response } : rest;
  }

  async *#records(response: ManifestResponse, place: RequestPlace, control: ReadControl): Pages {
    let end: PageEnd = { outcome: 'response', response, size: 0, count: 0, last: undefined };
    for await (const { records, extracted } of this.#parts.selector.select(response, place)) {
      end = { ...later(end, records), size: end.size + extracted };
      yield this.#wanted(records, place, control);
    }
    return end;
  }

  #send(slice: StreamSlice, token: NextPageToken | undefined, control: ReadControl): Promise<RequestOutcome> {
    const { requester, paginator, firstPageOnly } = this.#parts;
    const place = placeOf(slice, token);
    const providers = firstPageOnly && token ? [] : control.providers;
    return requester.send(place, [
      paginator.parts(token, slice),
      ...providers.map((provider) => provider.parts(place)),
    ]);
  }

  #wanted(records: readonly MutableRecord[], place: RequestPlace, control: ReadControl): readonly MutableRecord[] {
    return control.wants ? records.filter((record) => control.wants?.(record, place)) : records;
  }
}

const placeOf = (slice: StreamSlice, token: NextPageToken | undefined): RequestPlace => ({
  slice,
  ...(token && { token }),
});

const later = (end: PageEnd, records: readonly MutableRecord[]): PageEnd => ({
  ...end,
  count: end.count + records.length,
  last: records.at(-1) ?? end.last,
});
