import { z } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Stream } from '../kit/connector.ts';
import type { Feed, FeedPage } from '../kit/feed.ts';
import type { Json, JsonObject } from '../kit/json.ts';
import { streamName } from './program-message.ts';
import type { ProgramSession } from './program-session.ts';
import type { ProgramStream } from './program-stream.ts';
import { type ProgramPage, readProgram } from './read-program.ts';
import { streamFacts } from './executable-stream.ts';

const FeedCursor = z.object({
  /** The `global` part of the last GLOBAL state, as it came; null before the first. */
  state: z.record(z.string(), z.unknown()).nullable(),
  /** The streams that were asked for when it came. */
  streams: z.array(z.string()),
});
type FeedCursor = z.output<typeof FeedCursor>;

/** A stream's own read has nothing to give; its cursor only says that it was asked. */
const Asked = z.object({ asked: z.literal(true) });

const Descriptor = z.object({
  stream_descriptor: z.object({ name: z.string(), namespace: z.string().nullish() }),
});

/**
 * The streams of a program that keeps one state for all of them: one process reads them together, and the state is the cursor
 * of a feed. A stream that is to be read from its start is taken out of the state, which the protocol calls a reset.
 */
export function executableFeed(session: ProgramSession, all: readonly ProgramStream[]): readonly Stream[] {
  const anew = new Set<string>();
  const feed: Feed = {
    name: '(state)',
    parseCursor: (cursor) => FeedCursor.parse(cursor),
    // The program makes sure by itself that nothing is lost after a state, and says so when something is.
    start: (since) => Promise.resolve(since ?? { state: null, streams: [] }),
    read: (since, names) => readFeed(session, { since: since as FeedCursor, streams: wanted(all, names), anew }),
  };
  return all.map((stream) => ({
    ...streamFacts(session.declaration.id, stream),
    feed,
    parseCursor: (cursor) => Asked.parse(cursor),
    async *read(since) {
      if (since === undefined) anew.add(stream.name);
      yield await Promise.resolve({ upserts: [], cursor: { asked: true } });
    },
  }));
}

const wanted = (all: readonly ProgramStream[], names: ReadonlySet<string> | undefined): readonly ProgramStream[] =>
  names ? all.filter(({ name }) => names.has(name)) : all;

async function* readFeed(
  session: ProgramSession,
  read: { readonly since: FeedCursor; readonly streams: readonly ProgramStream[]; readonly anew: Set<string> },
): AsyncGenerator<FeedPage<FeedCursor>> {
  const { since, anew } = read;
  const names = read.streams.map(({ name }) => name);
  const reset = names.filter((name) => anew.has(name) || !since.streams.includes(name));
  const state = withoutStreams(since.state as JsonObject | null, new Set(reset));
  anew.clear();
  // Kept before anything is read: a crash must not bring the old state of such a stream back.
  if (state && reset.length > 0) yield { parts: [], cursor: { state, streams: names } };
  const given = state ? [{ type: 'GLOBAL', global: state }] : undefined;
  for await (const page of readProgram(session, { streams: read.streams, state: given })) {
    const next = page.state && globalState(page.state, session.declaration.id);
    yield { parts: page.parts, ...(next && { cursor: { state: next, streams: names } }) };
  }
}

function globalState(state: NonNullable<ProgramPage['state']>, id: string): JsonObject {
  if (state.type === 'GLOBAL') return state.value;
  throw new ConnectorError(
    'configuration',
    `The executable ${id} keeps a state for each stream. Take "state": "global" out of its declaration in executables.json.`,
  );
}

/** The state without what it says of some streams; `null` when nothing of it is left to go on from. */
function withoutStreams(state: JsonObject | null, reset: ReadonlySet<string>): JsonObject | null {
  if (state === null || reset.size === 0) return state;
  const all = state['stream_states'];
  if (!Array.isArray(all)) return null;
  const kept = (all as readonly Json[]).filter((one) => {
    const parsed = Descriptor.safeParse(one);
    return !parsed.success || !reset.has(streamName(parsed.data.stream_descriptor));
  });
  // What is shared means nothing without a stream.
  return kept.length === 0 ? null : { ...state, stream_states: kept };
}
