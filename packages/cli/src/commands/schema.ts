import { Command } from 'commander';
import type { KnownStream, SchemaChange, SourceSchema } from '@tributary/sdk/selection-model';
import { collect, examples, openSession } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

function stateOf({ state, selected }: KnownStream): string {
  if (state !== 'read') return state;
  return selected ? 'read' : 'not selected';
}

function fieldsOf(streams: readonly KnownStream[]) {
  return streams.flatMap((stream) =>
    stream.fields.map((field) => ({
      stream: stream.name,
      ...field,
      isKey: stream.primaryKey?.includes(field.name) === true,
      rule: stream.rules.find(({ path }) => path === field.name || path.startsWith(`${field.name}.`))?.action,
    })),
  );
}

function whatChanged({ kind, field, before, after }: SchemaChange): string {
  const values = before === null ? after : `${before} → ${after ?? ''}`;
  return [kind.replaceAll('_', ' '), field, values === null ? null : `(${values})`]
    .filter((part) => part !== null)
    .join(' ');
}

function schemaText(terminal: Terminal, { streams, changes }: SourceSchema): string {
  if (streams.length === 0) return 'Nothing is known yet; the first sync finds it out.\n';
  const parts = [
    table(
      terminal,
      [
        { title: 'STREAM', value: (one) => one.name },
        { title: 'STATE', value: stateOf },
        { title: 'KEY', value: (one) => one.primaryKey?.join(', ') },
        { title: 'FIELDS', align: 'right', value: (one) => one.fields.length },
      ],
      streams,
    ),
    table(
      terminal,
      [
        { title: 'STREAM', value: (one) => one.stream },
        { title: 'FIELD', value: (one) => (one.isKey ? `${one.name} (key)` : one.name) },
        { title: 'TYPE', value: (one) => one.type },
        { title: 'RULE', value: (one) => (one.held ? 'held' : one.rule) },
      ],
      fieldsOf(streams),
    ),
  ];
  if (changes.length > 0) {
    const columns = [
      { title: 'WHEN', value: (one: SchemaChange) => one.at },
      { title: 'STREAM', value: (one: SchemaChange) => one.stream },
      { title: 'CHANGE', value: whatChanged },
      { title: 'DONE', value: (one: SchemaChange) => one.action.replaceAll('_', ' ') },
    ];
    parts.push(table(terminal, columns, changes));
  }
  return parts.join('\n');
}

/** `tributary source-connections schema <id>` */
export function schemaCommand(terminal: Terminal): Command {
  return new Command('schema')
    .description('show the streams and fields of a source and how they have changed, or let in what is held')
    .argument('<id>', 'id of the source connection')
    .option('--accept', 'let in the new streams and fields that are held')
    .option('--stream <name>', 'with --accept: only what is held of this stream; may be repeated', collect)
    .addHelpText('after', examples('source-connections schema 6f1c…', 'source-connections schema 6f1c… --accept'))
    .action(async (id: string, options: { accept?: boolean; stream?: readonly string[] }, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const { signal } = terminal;
      const streams = options.stream && { streams: options.stream };
      const schema = options.accept
        ? await client.sourceConnections.acceptSchema(id, { ...streams, signal })
        : await client.sourceConnections.schema(id, { signal });
      show(schema, () => schemaText(terminal, schema));
    });
}
