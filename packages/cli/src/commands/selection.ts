import { Command } from 'commander';
import type { Selection } from '@tributary/sdk/selection-model';
import { CliError } from '../exit-codes.ts';
import {
  addSelectionOptions,
  changedSelection,
  namesFields,
  saysAnything,
  type SelectionOptions,
} from '../selection-options.ts';
import { collect, examples, openSession, type Session } from '../session.ts';
import { facts, table } from '../table.ts';
import { styled, type Terminal } from '../terminal.ts';

interface Options extends SelectionOptions {
  readonly reset?: boolean;
}

function selectionText(terminal: Terminal, selection: Selection): string {
  const { streams, fields, newStreams, newFields, warnings } = selection;
  const rules = table(
    terminal,
    [
      { title: 'STREAM', value: (rule) => rule.stream },
      { title: 'FIELD', value: (rule) => rule.path },
      { title: 'RULE', value: (rule) => (rule.keep === undefined ? rule.action : `${rule.action}, keep ${rule.keep}`) },
    ],
    fields,
  );
  return [
    facts([
      ['include', streams.include.join(' ')],
      ['exclude', streams.exclude.join(' ')],
      ['new streams', newStreams],
      ['new fields', newFields],
    ]),
    fields.length > 0 ? rules : '',
    ...warnings.map((warning) => `${styled(terminal, 'yellow', 'Note:')} ${warning}\n`),
  ].join('');
}

async function change(session: Session, id: string, options: Options): Promise<Selection> {
  const { client, terminal } = session;
  const { signal } = terminal;
  if (options.reset === true && saysAnything(options))
    throw new CliError('usage', '--reset takes everything as it is; it goes with no other option.');
  const before = await client.sourceConnections.selection(id, { signal });
  const known = namesFields(options) ? (await client.sourceConnections.schema(id, { signal })).streams : [];
  const names = known.map((stream) => stream.name);
  const after = options.reset === true ? {} : changedSelection(before, options, names);
  return client.sourceConnections.setSelection(id, after, { ifVersion: before.version, signal });
}

/** `tributary source-connections selection <id>`: shows it, or changes what is named. */
export function selectionCommand(terminal: Terminal): Command {
  const command = new Command('selection')
    .description('show or change which streams are read, and what is done to their fields')
    .argument('<id>', 'id of the source connection');
  return addSelectionOptions(command)
    .option('--plain <stream.field>', 'take the rule of a field away; may be repeated', collect)
    .option('--reset', 'all streams, as they are')
    .addHelpText(
      'after',
      examples(
        'source-connections selection 6f1c… --exclude "public.audit_*" --hash public.customer.email',
        'source-connections selection 6f1c… --mask "*.card_number" --drop public.customer.notes --new-fields hold',
      ),
    )
    .action(async (id: string, options: Options, self: Command) => {
      const session = openSession(terminal, self);
      if (options.reset !== true && !saysAnything(options)) {
        const shown = await session.client.sourceConnections.selection(id, { signal: terminal.signal });
        return session.show(shown, () => selectionText(terminal, shown));
      }
      const changed = await change(session, id, options);
      const hint = `The next sync goes by it: tributary sync ${id}\n`;
      session.show(changed, () => selectionText(terminal, changed) + styled(terminal, 'dim', hint));
    });
}
