import type { Json, JsonObject } from '../../kit/json.ts';

/**
 * A part of a stream that is read by itself: which partition, and which window of its cursor. Templates see both as one
 * mapping, `stream_slice` (`stream_partition` and `stream_interval` are the same), with `extra_fields` beside it.
 */
export interface StreamSlice {
  readonly partition: JsonObject;
  readonly cursorSlice: JsonObject;
  readonly extraFields: JsonObject;
}

export const EMPTY_SLICE: StreamSlice = { partition: {}, cursorSlice: {}, extraFields: {} };

/** `{next_page_token: …}` as templates see it; absent on the first page. */
export interface NextPageToken {
  readonly next_page_token: Json;
}
