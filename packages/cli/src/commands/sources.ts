import { Command } from 'commander';
import type { ConfigField, Source } from '@tributary/sdk/model';
import { examples, openSession } from '../session.ts';
import { table } from '../table.ts';
import { styled, type Terminal } from '../terminal.ts';

function fieldsOf(terminal: Terminal, title: string, fields: readonly ConfigField[]): string {
  if (fields.length === 0) return '';
  const rows = table(
    terminal,
    [
      { title: 'FIELD', value: (field) => field.name },
      { title: 'TYPE', value: (field) => (field.is_secret === true ? 'secret' : field.type) },
      { title: 'REQUIRED', value: (field) => (field.required === true ? 'yes' : '') },
      { title: 'WHAT', value: (field) => field.description ?? field.title },
    ],
    fields,
  );
  return `\n${styled(terminal, 'bold', title)}\n${rows}`;
}

function describe(terminal: Terminal, source: Source): string {
  const head = `${styled(terminal, 'bold', source.name)} (${source.short_name})\n${source.description ?? ''}\n`;
  const config = fieldsOf(terminal, '--config', source.config_fields.fields);
  return head + config + fieldsOf(terminal, '--credential', source.auth_fields?.fields ?? []);
}

/** `tributary sources list|show` */
export function sourcesCommand(terminal: Terminal): Command {
  const sources = new Command('sources').description('kinds of systems that can be read');
  sources
    .command('list')
    .description('list the kinds of systems that this service can read')
    .action(async (_options: object, command: Command) => {
      const session = openSession(terminal, command);
      const found = await session.client.sources.list({ signal: terminal.signal });
      session.show(found, () =>
        table(
          terminal,
          [
            { title: 'SOURCE', value: (one) => one.short_name },
            { title: 'NAME', value: (one) => one.name },
            { title: 'WHAT', value: (one) => one.description },
          ],
          found,
        ),
      );
    });
  sources
    .command('show')
    .description('show the fields that a source takes')
    .argument('<source>', 'short name, from `sources list`')
    .addHelpText('after', examples('sources show postgres'))
    .action(async (shortName: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const found = await session.client.sources.get(shortName, { signal: terminal.signal });
      session.show(found, () => describe(terminal, found));
    });
  return sources;
}
