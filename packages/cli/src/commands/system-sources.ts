import { Command } from 'commander';
import { systemClock } from '@tributary/server/lib/clock';
import { asId, type ConnectionId } from '@tributary/server/lib/ids';
import { CliError } from '../exit-codes.ts';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { dataDirHelp, type HostOptions } from './host-config.ts';
import { withInstallation } from './installation.ts';

async function mark(terminal: Terminal, id: string, options: HostOptions, isSystem: boolean): Promise<void> {
  const { createAuditLog } = await import('@tributary/server/audit/service');
  const { markSystemSource } = await import('@tributary/server/integration-sources/system-sources');
  await withInstallation(terminal, options, async ({ control }) => {
    const needs = { control, clock: systemClock, audit: createAuditLog({ control, clock: systemClock }) };
    try {
      await markSystemSource(needs, asId<ConnectionId>(id), isSystem);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'integration_source_not_found')) throw error;
      throw new CliError('usage', `There is no integration source ${id}.`);
    }
  });
  terminal.out(`${id} is ${isSystem ? 'a system source' : 'an ordinary source'} now.\n`);
}

/** `tributary system-sources` */
export function systemSourcesCommand(terminal: Terminal): Command {
  const command = new Command('system-sources').description(
    'integration sources that others are backed by, on this host; no API key can make or change them',
  );
  command
    .command('add <id>')
    .description('make an integration source a system source: its callers may describe it and switch it, no more')
    .option('--data-dir <path>', dataDirHelp)
    .addHelpText('after', examples('system-sources add 1b4e28ba-2fa1-41d2-883f-0016d3cca427'))
    .action((id: string, options: HostOptions) => mark(terminal, id, options, true));
  command
    .command('remove <id>')
    .description('make it an ordinary source again; it stays as it is')
    .option('--data-dir <path>', dataDirHelp)
    .action((id: string, options: HostOptions) => mark(terminal, id, options, false));
  return command;
}
