import type { Actor } from '../auth/actor.ts';
import { EVERYTHING, isSelected } from '../engine/selection.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { profileTable } from './column-profile.ts';
import { getSource, settingsOf, type FoundSource, type SourceNeeds } from './lookup.ts';
import type { SourceColumn, SourceStream } from './model.ts';
import { schemaOfStreams, toSourceStream } from './schema-view.ts';
import { selectionFrom } from './update.ts';

const ROWS_PROFILED = 1_000;

/** What is read now, or would be once somebody reads it. */
const selectionNow = ({ orders, shown }: FoundSource) =>
  orders[0]?.selection ?? (shown.selectedStreams ? selectionFrom(shown.selectedStreams) : EVERYTHING);

/** Asks the source for its streams. */
export async function listStreams(
  needs: SourceNeeds,
  actor: Actor,
  id: ConnectionId,
): Promise<readonly SourceStream[]> {
  const found = await getSource(needs, needs.control.db, actor.organizationId, id);
  const selection = selectionNow(found);
  return (await needs.probe.discover(await settingsOf(needs, found))).map((stream) =>
    toSourceStream(stream, selection),
  );
}

/** Streams that are selected and that the source was not seen to have; it is not asked. Nothing is known before its first job. */
export async function selectionWarnings(
  needs: SourceNeeds,
  actor: Actor,
  id: ConnectionId,
  streams: readonly string[],
): Promise<readonly string[]> {
  const { db } = needs.control;
  const { orders } = await getSource(needs, db, actor.organizationId, id);
  const known = orders[0] && (await needs.orders.knownStreams(db, actor.organizationId, orders[0].id));
  if (streams.length === 0) return ['No stream is selected: the next sync deletes what was read.'];
  if (!known) return [];
  const unknown = streams.filter((name) => !name.includes('*') && !known.includes(name));
  return unknown.map((name) => `The source was not seen to have a stream ${name}.`);
}

/** Asks the source for its columns, and looks at the first rows of every table. */
export async function listColumns(
  needs: SourceNeeds,
  actor: Actor,
  id: ConnectionId,
  { activeOnly }: { readonly activeOnly: boolean },
): Promise<readonly SourceColumn[]> {
  const found = await getSource(needs, needs.control.db, actor.organizationId, id);
  const selection = selectionNow(found);
  const wanted = (stream: string): boolean => !activeOnly || isSelected(selection, stream);
  const settings = await settingsOf(needs, found);
  const inspected = await needs.probe.inspect(settings);
  const samples = await needs.probe.sample(settings, { wanted, rows: ROWS_PROFILED });
  const schema = inspected ?? schemaOfStreams([...samples.values()].map(({ stream }) => stream));
  return schema.tables
    .filter(({ stream }) => wanted(stream))
    .flatMap((table) => profileTable(table, schema, samples.get(table.stream)?.rows ?? []));
}
