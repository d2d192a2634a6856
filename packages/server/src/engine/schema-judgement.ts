import type { Stream } from '@tributary/connectors/kit/connector';
import { declaredFields, widened } from './field-types.ts';
import type { FieldTypes } from './field-types.ts';
import { letFieldsIn } from './schema-memory.ts';
import type { SchemaChange, SchemaMemory, StreamMemory } from './schema-memory.ts';
import { isSelected } from './selection.ts';
import type { Selection } from './selection.ts';

export interface SchemaJudgement {
  readonly memory: SchemaMemory;
  readonly changes: readonly SchemaChange[];
  /** What the selection says to stop at, in words; empty when the job may go on. */
  readonly refused: readonly string[];
}

type Discovered = Pick<Stream, 'name' | 'jsonSchema' | 'schemaUnknown' | 'primaryKey'>;

/**
 * Compares what the source has with what is remembered of it, and decides by the selection's policies what is let in.
 * Without a memory everything is known: there is nothing yet that it could differ from.
 * @param hidden whether a stream that is missing may be there all the same; what is remembered of it then stays as it is
 */
export function judgeSchema(
  streams: readonly Discovered[],
  selection: Selection,
  memory: SchemaMemory | undefined,
  hidden: (name: string) => boolean = () => false,
): SchemaJudgement {
  const judge = new Judge(selection);
  const next = new Map<string, StreamMemory>();
  for (const stream of streams) {
    const known = memory && Object.hasOwn(memory, stream.name) ? memory[stream.name] : undefined;
    next.set(stream.name, known ? judge.compare(stream, known) : judge.meet(stream, memory === undefined));
  }
  for (const [name, known] of Object.entries(memory ?? {})) {
    if (next.has(name)) continue;
    const missing = hidden(name) ? known : judge.miss(name, known);
    if (missing) next.set(name, missing);
  }
  return { memory: Object.fromEntries(next), changes: judge.changes, refused: judge.refused };
}

class Judge {
  readonly changes: SchemaChange[] = [];
  readonly refused: string[] = [];
  readonly #selection: Selection;

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** A stream that nothing is remembered of. */
  meet(stream: Discovered, isFirst: boolean): StreamMemory {
    const { fields, open } = declaredFields(stream.jsonSchema);
    const fresh = {
      fields,
      seen: {},
      heldFields: {},
      open,
      learned: false,
      primaryKey: stream.primaryKey ?? null,
      epoch: 0,
      ...(stream.schemaUnknown && { untold: true }),
    };
    if (isFirst) return { ...fresh, state: 'read' };
    const policy = isSelected(this.#selection, stream.name) ? this.#selection.newStreams : 'take';
    this.changes.push({ stream: stream.name, kind: 'stream_added', action: actionOf(policy) });
    if (policy === 'fail') this.refused.push(`the new stream ${stream.name}`);
    return { ...fresh, state: policy === 'take' ? 'read' : 'held' };
  }

  compare(stream: Discovered, known: StreamMemory): StreamMemory {
    if (known.state === 'gone') this.changes.push({ stream: stream.name, kind: 'stream_returned', action: 'taken' });
    const isRead = isSelected(this.#selection, stream.name);
    const waiting = known.state === 'held' ? this.#stillWaiting(stream, known, isRead) : known;
    const isHeld = waiting.state === 'held' && Object.keys(waiting.heldFields).length === 0;
    if (stream.schemaUnknown) return waiting.state === 'held' ? waiting : { ...waiting, state: 'read' };
    if (isHeld) return { ...waiting, ...freshOf(stream) };
    if (waiting.untold) return { ...waiting, ...freshOf(stream), state: 'read', untold: false };
    return this.#compareFields(stream, { ...waiting, state: 'read' }, isRead);
  }

  /** A stream that the source does not have any more. */
  miss(name: string, known: StreamMemory): StreamMemory | undefined {
    if (known.state === 'held' && known.settled === undefined) return undefined;
    if (known.state !== 'gone') this.changes.push({ stream: name, kind: 'stream_removed', action: 'kept' });
    return { ...known, state: 'gone' };
  }

  /** Whom nobody has accepted is let in by a policy that takes all; and nobody is asked about what is not read anyway. */
  #stillWaiting(stream: Discovered, known: StreamMemory, isRead: boolean): StreamMemory {
    const isNew = Object.keys(known.heldFields).length === 0;
    if (!isNew) return known;
    const policy = isRead ? this.#selection.newStreams : 'take';
    if (policy === 'take') this.changes.push({ stream: stream.name, kind: 'stream_added', action: 'taken' });
    if (policy === 'fail') this.refused.push(`the new stream ${stream.name}`);
    return policy === 'take' ? { ...known, state: 'read' } : known;
  }

  #compareFields(stream: Discovered, known: StreamMemory, isRead: boolean): StreamMemory {
    const policy = isRead ? this.#selection.newFields : 'take';
    const before = policy === 'take' ? letFieldsIn(known) : known;
    const { fields, open } = declaredFields(stream.jsonSchema);
    const added = Object.keys(fields).filter((name) => !isKnown(before, name));
    for (const name of added) this.#noteField(stream.name, name, fields, policy);
    for (const name of Object.keys(before.fields).filter((one) => !Object.hasOwn(fields, one)))
      this.changes.push({ stream: stream.name, kind: 'field_removed', field: name, action: 'kept' });
    const held = policy === 'take' ? [] : added;
    const heldFields = heldOf(before, fields, held, open);
    if (policy === 'fail')
      for (const name of Object.keys(heldFields)) this.refused.push(`the new field ${name} of ${stream.name}`);
    const kept = Object.entries(fields).filter(([name]) => !Object.hasOwn(heldFields, name));
    return {
      ...before,
      fields: Object.fromEntries(kept.map(([name, type]) => [name, this.#typeOf(stream.name, name, type, before)])),
      seen: Object.fromEntries(Object.entries(before.seen).filter(([name]) => open && !Object.hasOwn(fields, name))),
      heldFields,
      open,
      ...this.#key(stream, before, heldFields),
    };
  }

  #noteField(stream: string, field: string, fields: FieldTypes, policy: Selection['newFields']): void {
    const after = fields[field] ?? 'any';
    this.changes.push({ stream, kind: 'field_added', field, after, action: actionOf(policy) });
  }

  /** Stored values keep the type that they had, so the field has both. */
  #typeOf(stream: string, field: string, type: string, known: StreamMemory): string {
    const before = known.fields[field] ?? known.seen[field];
    if (before === undefined || before === 'any' || type === 'any' || before === 'null') return type;
    const after = widened(before, type);
    if (after !== before) this.changes.push({ stream, kind: 'type_changed', field, before, after, action: 'kept' });
    return after;
  }

  /** A key that needs a held field holds the stream: records could not be told apart without it. */
  #key(stream: Discovered, known: StreamMemory, held: FieldTypes): Pick<StreamMemory, 'primaryKey' | 'state'> {
    const primaryKey = stream.primaryKey ?? null;
    const needsHeld = (primaryKey ?? []).some((path) => Object.hasOwn(held, path.split('.')[0] ?? ''));
    const isOther = known.primaryKey && primaryKey && known.primaryKey.join('\0') !== primaryKey.join('\0');
    if (isOther) {
      const [before, after] = [known.primaryKey.join(', '), primaryKey.join(', ')];
      const action = needsHeld ? 'held' : 'read_anew';
      this.changes.push({ stream: stream.name, kind: 'key_changed', before, after, action });
    }
    return { primaryKey, state: needsHeld ? 'held' : 'read' };
  }
}

function actionOf(policy: Selection['newFields']): SchemaChange['action'] {
  return ({ take: 'taken', hold: 'held', fail: 'refused' } as const)[policy];
}

function isKnown({ fields, seen, heldFields }: StreamMemory, name: string): boolean {
  return [fields, seen, heldFields].some((known) => Object.hasOwn(known, name));
}

/** What was held and is still there, and what comes to it. */
function heldOf(known: StreamMemory, fields: FieldTypes, added: readonly string[], open: boolean): FieldTypes {
  const still = Object.entries(known.heldFields).filter(([name]) => open || Object.hasOwn(fields, name));
  return Object.fromEntries([...still, ...added.map((name) => [name, fields[name] ?? 'any'] as const)]);
}

function freshOf(stream: Discovered): Pick<StreamMemory, 'fields' | 'open' | 'primaryKey'> {
  const { fields, open } = declaredFields(stream.jsonSchema);
  return { fields, open, primaryKey: stream.primaryKey ?? null };
}
