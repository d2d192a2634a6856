import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import type { NextPageToken } from '../model/slice.ts';

/** How far the read of a whole stream has come; partitions by the canonical JSON of what they are. */
export interface ListingPosition {
  /** Partitions that were read to their end. */
  readonly done: ReadonlySet<string>;
  /** The token of the next page of partitions that were begun. */
  readonly open: ReadonlyMap<string, NextPageToken>;
}

/** The field that tells a position from the published forms of states. */
const FIELD = 'listing_position';

export function stateOfPosition({ done, open }: ListingPosition): JsonObject {
  const tokens = [...open].map(([partition, token]) => ({ partition, ...token }));
  return { [FIELD]: { done: [...done], open: tokens } };
}

/** The position that a state holds; an empty one for any other state. */
export function positionOfState(state: JsonObject | undefined): ListingPosition {
  const given = state?.[FIELD];
  const { done, open } = isJsonObject(given) ? given : {};
  const tokens = Array.isArray(open) ? open.filter(isOpenPartition) : [];
  return {
    done: new Set(Array.isArray(done) ? done.filter((one) => typeof one === 'string') : []),
    open: new Map(tokens.map(({ partition, next_page_token }) => [partition, { next_page_token }])),
  };
}

interface OpenPartition extends JsonObject {
  readonly partition: string;
  readonly next_page_token: Json;
}

const isOpenPartition = (given: unknown): given is OpenPartition =>
  isJsonObject(given) && typeof given['partition'] === 'string' && given['next_page_token'] !== undefined;
