import type { DatabaseSchema, DatabaseTable } from '@tributary/connectors/kit/database-schema';
import type { DescriptionSource } from '../control/schema.ts';
import { settingsOf, type FoundSource, type SourceNeeds } from './lookup.ts';
import { schemaOfStreams } from './schema-view.ts';

export interface Generated {
  readonly text: string;
  readonly source: DescriptionSource;
}

const TABLES_SHOWN = 50;
const COLUMNS_SHOWN = 20;

const some = (all: readonly string[], most: number): string =>
  all.length <= most ? all.join(', ') : `${all.slice(0, most).join(', ')} and ${all.length - most} more`;

function tableLine({ stream, comment, columns }: DatabaseTable): string {
  const fields = columns.map(({ name, dataType, primaryKey }) => `${name} ${dataType}${primaryKey ? ' (key)' : ''}`);
  return `- ${stream}${comment === null ? '' : ` (${comment})`}: ${some(fields, COLUMNS_SHOWN) || 'fields are not declared'}`;
}

/** What a source holds, from its schema alone. */
export function describeSchema(title: string, { tables, foreignKeys }: DatabaseSchema): string {
  const count = tables.length === 1 ? 'one stream' : `${tables.length} streams`;
  const links = foreignKeys.map(
    (key) => `${key.stream}.${key.columns.join('+')} → ${key.toStream}.${key.toColumns.join('+')}`,
  );
  return [
    `${title} with ${count}:`,
    ...tables.slice(0, TABLES_SHOWN).map(tableLine),
    ...(tables.length > TABLES_SHOWN ? [`and ${tables.length - TABLES_SHOWN} more.`] : []),
    ...(links.length > 0 ? [`References: ${some(links, TABLES_SHOWN)}.`] : []),
  ].join('\n');
}

/**
 * Asks the source for its schema, and the language model, when there is one, for words. Only names go to the model.
 * @throws what the live calls throw, and language_model_failed
 */
export async function generateDescription(needs: SourceNeeds, found: FoundSource): Promise<Generated> {
  const { connector } = found;
  const settings = await settingsOf(needs, found);
  const inspected = await needs.probe.inspect(settings);
  const schema = inspected ?? schemaOfStreams(await needs.probe.discover(settings));
  if (needs.languageModel) {
    const streams = schema.tables.map(({ stream, columns }) => ({
      name: stream,
      fields: columns.map(({ name }) => name),
    }));
    return { text: await needs.languageModel.describe({ connector: connector.id, streams }), source: 'ai_generated' };
  }
  // Where the source has no schema of its own, the streams' declarations are what there is to be imported.
  return { text: describeSchema(connector.title, schema), source: inspected ? 'information_schema' : 'imported' };
}
