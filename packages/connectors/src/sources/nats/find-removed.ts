import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { NatsContext } from './config.ts';
import type { StreamCursor } from './cursor.ts';
import type { RecordRules } from './draft.ts';
import type { Target } from './find-streams.ts';
import { subjectKey } from './record-key.ts';

const PAGE_KEYS = 1_000;
/** A continuous schedule reads every second; the list of all subjects is asked for at most so often. */
const LIST_AGAIN_MS = 60_000;

export interface Removed {
  /** Keys of records whose messages are gone. */
  readonly deletes: Iterable<readonly string[]>;
  /** Keys that the stream still has, when all were listed. */
  readonly present: Iterable<readonly string[]>;
  /** This read has named every record. */
  readonly isComplete: boolean;
  /** The state that this was found in, when it was looked at. */
  readonly seen: Pick<StreamCursor, 'seen' | 'seenAt'>;
}

interface StreamLook {
  readonly ctx: NatsContext;
  readonly target: Target;
  readonly rules: RecordRules;
  readonly manager: JetStreamManager;
  readonly info: StreamInfo;
  /** Where this read began; absent for the first. */
  readonly since: StreamCursor | undefined;
}

const stateOf = ({ state }: StreamInfo): NonNullable<StreamCursor['seen']> => ({
  first: state.first_seq,
  messages: state.messages,
  deleted: state.num_deleted ?? 0,
  last: state.last_seq,
});

const NOTHING: Omit<Removed, 'seen'> = { deletes: [], present: [], isComplete: false };

/**
 * Which records have lost their messages to limits, purges or deletes. With sequences as keys they are counted out; with
 * subjects, all subjects are listed; with keys that only the messages hold, nobody can tell.
 */
export async function findRemoved(look: StreamLook, cursor: StreamCursor): Promise<Removed> {
  const { ctx, rules, info, since } = look;
  const now = { seen: stateOf(info), seenAt: ctx.clock.now() };
  if (ctx.config.removed_messages === 'keep') return { ...NOTHING, seen: {} };
  // The first read has named what there is, unless it was broken off.
  if (since === undefined) return { ...NOTHING, isComplete: true, seen: now };
  if (JSON.stringify(cursor.seen) === JSON.stringify(now.seen)) return { ...NOTHING, seen: {} };
  if (rules.key.by === 'subject') {
    const isSoon = ctx.options.followMs !== undefined && now.seenAt - (cursor.seenAt ?? 0) < LIST_AGAIN_MS;
    if (cursor.isThrough && isSoon) return { ...NOTHING, seen: {} };
    return { ...NOTHING, present: pages(await listSubjects(look, rules.key)), isComplete: true, seen: now };
  }
  if (rules.key.by === 'sequence') {
    const gone = await listDeleted(look, cursor);
    if (!cursor.isThrough) return { ...NOTHING, present: pages(held(info, gone)), isComplete: true, seen: now };
    return { ...NOTHING, deletes: pages(removed(info, cursor, gone)), seen: now };
  }
  return { ...NOTHING, seen: now };
}

async function listSubjects(
  { manager, target }: StreamLook,
  rule: Parameters<typeof subjectKey>[0],
): Promise<readonly string[]> {
  const info = await manager.streams.info(target.stream, { subjects_filter: target.subject ?? '>' });
  return Object.keys(info.state.subjects ?? {}).map((subject) => subjectKey(rule, subject));
}

/** Sequences between the first and the last message that are gone. */
async function listDeleted(
  { manager, target, info }: StreamLook,
  { seen, isThrough }: StreamCursor,
): Promise<Set<number>> {
  const isSame = isThrough && seen?.deleted === (info.state.num_deleted ?? 0) && seen.first === info.state.first_seq;
  if (isSame || (info.state.num_deleted ?? 0) === 0) return new Set();
  const detailed = await manager.streams.info(target.stream, { deleted_details: true });
  return new Set(detailed.state.deleted);
}

function* removed(info: StreamInfo, { seen, sequence }: StreamCursor, gone: ReadonlySet<number>): Generator<string> {
  for (let at = seen?.first ?? 1; at < info.state.first_seq; at += 1) yield String(at);
  for (const at of gone) if (at <= sequence) yield String(at);
}

function* held({ state }: StreamInfo, gone: ReadonlySet<number>): Generator<string> {
  for (let at = state.first_seq; at <= state.last_seq; at += 1) if (!gone.has(at)) yield String(at);
}

function* pages(keys: Iterable<string>): Generator<readonly string[]> {
  let page: string[] = [];
  for (const key of keys) {
    page.push(key);
    if (page.length < PAGE_KEYS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
