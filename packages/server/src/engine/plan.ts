import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Slice, Stream } from '@tributary/connectors/kit/connector';
import type { Json } from '@tributary/connectors/kit/json';
import type { StoredCursor } from '../collection-store/port.ts';
import { parseScopeState } from './scope-state.ts';
import type { ScopeState } from './scope-state.ts';

/** What is to be read of one scope; changed by the reading as it gets on. */
export interface Scope {
  /** Absent: the whole stream. */
  readonly slice: Slice | undefined;
  /** The connector's cursor to go on from, as JSON. */
  cursor: Json | undefined;
  ended: boolean;
  whole: boolean;
  complete: boolean;
  gaps: boolean;
}

export interface StreamPlan {
  readonly scopes: readonly Scope[];
  /** The stored cursors are of no use: forget them before reading. */
  readonly forget: boolean;
  /** Slices that the source does not have any more and that still have a cursor. */
  readonly vanishedSlices: readonly string[];
  /** A sweep of an earlier job that waits for a confirmation. */
  readonly held: ScopeState['held'];
}

export interface PlanInput {
  readonly stream: Stream;
  readonly slices: readonly Slice[] | undefined;
  /** Of this stream only. */
  readonly stored: readonly StoredCursor[];
  readonly generation: number;
  readonly cursorField: string | null;
  readonly sweepConfirmed: boolean;
}

/** The name under which the store keeps a scope's cursor. */
export const sliceId = (scope: Pick<Scope, 'slice'>): string => scope.slice?.id ?? '';

/** A scope that is read from its start. */
export function freshScope(slice: Slice | undefined): Scope {
  return { slice, cursor: undefined, ended: false, whole: true, complete: false, gaps: false };
}

/** Refuses streams that cannot be told apart. */
export function checkStreams(streams: readonly Stream[]): void {
  const feeds = new Set(streams.flatMap(({ feed }) => feed ?? []));
  const doubles = doublesOf([...streams, ...feeds].map(({ name }) => name));
  if (doubles.length > 0) {
    throw new ConnectorError('invalid_answer', `The source names a stream twice: ${doubles.join(', ')}.`);
  }
}

/**
 * Where the reading of a stream starts. A cursor of this generation goes on where the job's last attempt stopped; one of
 * an older generation counts for incremental streams only, and only for the same `cursor_field`. When one cursor cannot
 * be read, nothing of the stream is trusted.
 */
export function planStream(input: PlanInput): StreamPlan {
  const { stream, slices, stored } = input;
  const wanted: readonly (Slice | undefined)[] = slices ?? [undefined];
  const ids = wanted.map((slice) => slice?.id ?? '');
  const doubles = doublesOf(ids);
  if (doubles.length > 0) {
    throw new ConnectorError('invalid_answer', `${stream.name} names a slice twice: ${doubles.join(', ')}.`);
  }
  const states = new Map(stored.map((cursor) => [cursor.slice, parseScopeState(cursor.value)]));
  const held = [...states.values()].find((state) => state?.held)?.held;
  const scopes = wanted.map((slice) => planScope(slice, states.get(slice?.id ?? ''), input));
  const forget = owesListing(input, [...states.values()], held) || scopes.includes('unreadable');
  return {
    scopes: scopes.map((scope, index) => (forget || scope === 'unreadable' ? freshScope(wanted[index]) : scope)),
    forget,
    vanishedSlices: [...new Set(states.keys()).difference(new Set(ids))],
    held: forget ? undefined : held,
  };
}

function planScope(slice: Slice | undefined, state: ScopeState | undefined, input: PlanInput): Scope | 'unreadable' {
  if (!state) return freshScope(slice);
  const { cursor, ended, whole, complete, gaps } = state;
  if (state.generation === input.generation) {
    if (!ended && cursor !== undefined && !isReadable(input.stream, cursor)) return 'unreadable';
    return { slice, cursor, ended, whole, complete, gaps };
  }
  if (!input.stream.incremental || cursor === undefined) return freshScope(slice);
  if (state.cursorField !== input.cursorField || !isReadable(input.stream, cursor)) return 'unreadable';
  return { slice, cursor, ended: false, whole: ended, complete: false, gaps: false };
}

/**
 * Only a full read can name again what a source of changes does not tell; a listing names it every time. It is owed when
 * a held sweep was confirmed, and when an older job ended between its complete listing and the sweep.
 */
function owesListing(
  { stream, generation, sweepConfirmed }: PlanInput,
  states: readonly (ScopeState | undefined)[],
  held: ScopeState['held'],
): boolean {
  if (stream.deletes === 'listing') return false;
  if (sweepConfirmed && held) return true;
  return states.some((state) => state?.complete === true && state.generation !== generation);
}

function isReadable(stream: Stream, cursor: Json): boolean {
  try {
    stream.parseCursor(cursor);
    return true;
  } catch {
    return false;
  }
}

function doublesOf(names: readonly string[]): readonly string[] {
  const met = new Set<string>();
  return names.filter((name) => met.size === met.add(name).size);
}
