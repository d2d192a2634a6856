import type { Json } from '../../kit/json.ts';
import type { ManifestResponse, RequestParts } from './request.ts';
import type { NextPageToken, StreamSlice } from './slice.ts';

/** A record under construction: transformations change it in place, until it is handed on. */
export type MutableRecord = Record<string, Json | undefined>;

/** A part of a document that is decoded as it comes. */
export type DocumentPart =
  /** One body, as `decode` gives it. */
  | { readonly type: 'body'; readonly body: Json }
  /** An element of the list that was asked for. */
  | { readonly type: 'element'; readonly element: Json }
  /** Comes last: the body that templates of pagination see, without the elements that were given. */
  | { readonly type: 'rest'; readonly body: Json };

export interface Decoder {
  /** The body is taken as it comes and never whole in memory. */
  readonly streams: boolean;
  /** The decoded bodies of an answer: one for JSON, one a line or row for the others. Throws `ConnectorError('invalid_answer')`. */
  decode(response: ManifestResponse): AsyncIterable<Json> | Iterable<Json>;
  /**
   * Decodes an answer that comes in pieces: the elements of the list to which the names of `path` lead, one by one. A document
   * without that list comes as `decode` gives it. Throws `ConnectorError('invalid_answer')`.
   */
  decodeList?(response: ManifestResponse, path: readonly string[]): AsyncIterable<DocumentPart>;
}

/** Where in the reading of a stream a record stands; what templates about records see. */
export interface RecordPlace {
  readonly slice: StreamSlice;
  readonly token?: NextPageToken;
}

export interface Extractor {
  /** The records of a decoded body, which the caller may change. */
  extract(body: Json): Iterable<MutableRecord>;
  /** Set when the records of a body are those of a list's elements, and the names of fields that lead to it are known. */
  readonly list?: ListOfRecords;
  /** Set when it takes the answer itself instead of decoded bodies (`ResponseToFileExtractor`, custom ones). */
  extractResponse?(response: ManifestResponse): AsyncIterable<MutableRecord>;
}

export interface ListOfRecords {
  readonly path: readonly string[];
  /** The records that an element of the list stands for. */
  recordsOf(element: Json): Iterable<MutableRecord>;
}

export interface RecordFilter {
  keeps(record: MutableRecord, place: RecordPlace): boolean;
}

export interface Transformation {
  /** It changes objects that lie inside the record, and not only the record's own fields (whose values it may exchange). */
  readonly changesInside?: boolean;
  transform(record: MutableRecord, place: RecordPlace): void;
}

/** Records of one piece of an answer, and what pagination has to know of it. */
export interface SelectedRecords {
  readonly records: readonly MutableRecord[];
  /** Before filters. */
  readonly extracted: number;
}

export interface RecordSelector {
  /** Where the records lie in an answer that comes in pieces; absent when such answers cannot be read. */
  readonly listPath?: readonly string[];
  /** In pieces of bounded size when the answer is read as it comes, in one piece when not. */
  select(response: ManifestResponse, place: RecordPlace): AsyncIterable<SelectedRecords>;
}

/** What a page said; what templates of pagination see. */
export interface ReadPage {
  readonly response: ManifestResponse;
  /** Extracted records of the page, before filters. */
  readonly size: number;
  readonly lastRecord: MutableRecord | undefined;
}

/** The pages of one slice; made anew for each slice. */
export interface PageWalk {
  /** The token of the first request; often none. */
  readonly first: NextPageToken | undefined;
  /** The token of the request after `page`; `undefined` ends the slice. */
  next(page: ReadPage): NextPageToken | undefined;
}

export interface Paginator {
  /** The pages from the first one on, or from that of a token which an earlier walk gave. */
  walk(from?: NextPageToken): PageWalk;
  /** Page size, token or path of a request. */
  parts(token: NextPageToken | undefined, slice: StreamSlice): RequestParts;
}
