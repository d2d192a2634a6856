import { Command } from 'commander';
import type { Preview, StreamPreview } from '@tributary/sdk/selection-model';
import { givenFields } from '../given-fields.ts';
import {
  addSelectionOptions,
  changedSelection,
  namesFields,
  saysAnything,
  type SelectionOptions,
} from '../selection-options.ts';
import { collect, examples, openSession, type Session } from '../session.ts';
import { printable, styled, type Terminal } from '../terminal.ts';

interface PreviewOptions extends SelectionOptions {
  readonly config?: readonly string[];
  readonly credential?: readonly string[];
}

const OUTCOMES: Readonly<Record<StreamPreview['outcome'], string>> = {
  read: '',
  late: ' (there was no time for more)',
  failed: ' (failed)',
};

function streamText(terminal: Terminal, stream: StreamPreview): string {
  const { name, outcome, message, records, failures } = stream;
  const head = styled(terminal, 'dim', `${name}: ${records.length} records${OUTCOMES[outcome]}`);
  const lines = records.map(
    ({ key, fields }) => `  ${key}  ${fields ? JSON.stringify(fields) : '(too large to show)'}`,
  );
  const problems = [message, ...failures.map((failure) => failure.message)].filter((one) => one !== null);
  return [head, ...lines.map(printable), ...problems.map((one) => `  ! ${printable(one)}`)]
    .map((line) => `${line}\n`)
    .join('');
}

function show(session: Session, preview: Preview): void {
  session.show(preview, () => preview.streams.map((stream) => streamText(session.terminal, stream)).join('\n'));
}

/** `tributary preview <source>`: before anything is saved. */
export function previewCommand(terminal: Terminal): Command {
  const command = new Command('preview')
    .description('show the first records of a source as they would be stored; nothing is saved')
    .argument('<source>', 'short name, from `sources list`')
    .option('--config <name=value>', 'a field of the configuration; may be repeated', collect)
    .option('--credential <name=value>', 'a field of the credentials; name=@file reads it from a file', collect);
  return addSelectionOptions(command)
    .addHelpText(
      'after',
      examples(
        'preview files --config path=/srv/notes',
        'preview postgres --config host=db.example.com --config database=crm --credential username=reader \\\n      --credential password=@secret.txt --include "public.*" --hash public.customer.email',
      ),
    )
    .action(async (shortName: string, options: PreviewOptions, self: Command) => {
      const session = openSession(terminal, self);
      const { sourceConnections } = session.client;
      const { signal } = terminal;
      const given = await givenFields(session, shortName, options);
      const input = { shortName, config: given.config, credentials: given.authentication?.credentials ?? {} };
      const known = namesFields(options) ? (await sourceConnections.check(input, { signal })).streams : [];
      const names = known.map((stream) => stream.name);
      const selection = changedSelection({}, options, names);
      show(session, await sourceConnections.preview({ ...input, selection }, { signal }));
    });
}

/** `tributary source-connections preview <id>`: with the stored selection, or with changes that are only tried. */
export function previewConnectionCommand(terminal: Terminal): Command {
  const command = new Command('preview')
    .description('show the first records as they would be stored; a change of the selection is only tried')
    .argument('<id>', 'id of the source connection');
  return addSelectionOptions(command)
    .addHelpText(
      'after',
      examples('source-connections preview 6f1c…', 'source-connections preview 6f1c… --mask "*.email"'),
    )
    .action(async (id: string, options: SelectionOptions, self: Command) => {
      const session = openSession(terminal, self);
      const { sourceConnections } = session.client;
      const { signal } = terminal;
      if (!saysAnything(options)) return show(session, await sourceConnections.previewOf(id, { signal }));
      const { streams, fields, newStreams, newFields } = await sourceConnections.selection(id, { signal });
      const known = namesFields(options) ? (await sourceConnections.schema(id, { signal })).streams : [];
      const before = { streams, fields, newStreams, newFields };
      const names = known.map((stream) => stream.name);
      const selection = changedSelection(before, options, names);
      show(session, await sourceConnections.previewOf(id, { selection, signal }));
    });
}
