import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import type { NextPageToken } from '../model/slice.ts';

/** How far one read has come beyond what its state says; slices by the canonical JSON of what they are. */
export interface ReadPosition {
  /** Slices of a stream without a cursor field that were read to their end. */
  readonly done: ReadonlySet<string>;
  /** The token of the next page of slices that were begun. */
  readonly open: ReadonlyMap<string, NextPageToken>;
  /** What the read asks for along its cursor: the slices are the same only when it is. */
  readonly span?: ReadSpan;
}

export interface ReadSpan {
  /** Points of the cursor's axis; an end may be `Infinity`. */
  readonly start: number;
  readonly end: number;
  /** When the read began, in milliseconds since the epoch. */
  readonly begunAt: number;
}

export const NO_POSITION: ReadPosition = { done: new Set(), open: new Map() };

/** The field that positions have in a state, beside those of its published form. */
const FIELD = 'read_position';

/** A state with a position in it. */
export function withPosition(state: JsonObject | undefined, { done, open, span }: ReadPosition): JsonObject {
  const tokens = [...open].map(([slice, token]) => ({ slice, ...token }));
  const spanned = span && { ...span, end: Number.isFinite(span.end) ? span.end : null };
  return { ...state, [FIELD]: { done: [...done], open: tokens, ...(spanned && { span: spanned }) } };
}

/** Takes the position out of a state; `state` is absent when it held nothing else. */
export function takePosition(given: JsonObject | undefined): {
  readonly state: JsonObject | undefined;
  readonly position: ReadPosition;
} {
  if (given === undefined || !(FIELD in given)) return { state: given, position: NO_POSITION };
  const { [FIELD]: position, ...state } = given;
  return { state: Object.keys(state).length > 0 ? state : undefined, position: positionOf(position) };
}

function positionOf(given: Json | undefined): ReadPosition {
  if (!isJsonObject(given)) return NO_POSITION;
  const { done, open, span } = given;
  const tokens = Array.isArray(open) ? open.filter(isOpenSlice) : [];
  return {
    done: new Set(Array.isArray(done) ? done.filter((one) => typeof one === 'string') : []),
    open: new Map(tokens.map(({ slice, next_page_token }) => [slice, { next_page_token }])),
    ...(isJsonObject(span) && spanOf(span)),
  };
}

interface OpenSlice extends JsonObject {
  readonly slice: string;
  readonly next_page_token: Json;
}

const isOpenSlice = (given: unknown): given is OpenSlice =>
  isJsonObject(given) && typeof given['slice'] === 'string' && given['next_page_token'] !== undefined;

function spanOf({ start, end, begunAt }: JsonObject): { readonly span?: ReadSpan } {
  if (typeof start !== 'number' || typeof begunAt !== 'number') return {};
  return { span: { start, begunAt, end: typeof end === 'number' ? end : Infinity } };
}
