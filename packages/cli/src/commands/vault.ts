import { Command } from 'commander';
import { systemClock } from '@tributary/server/lib/clock';
import type { VaultKeyStatus } from '@tributary/server/vault/rotation';
import { CliError } from '../exit-codes.ts';
import { examples } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { dataDirHelp, type HostOptions } from './host-config.ts';
import { withInstallation } from './installation.ts';

interface RotateOptions extends HostOptions {
  readonly retire?: boolean;
}

const sum = ({ uses }: VaultKeyStatus): number => uses.reduce((total, { values }) => total + values, 0);
const values = (count: number): string => (count === 1 ? '1 value' : `${count} values`);

const sources: Readonly<Record<VaultKeyStatus['source'], string>> = {
  file: 'vault.key',
  environment: 'TRIBUTARY_VAULT_KEYS',
  key_service: 'key service',
  lost: 'lost',
};

async function status(terminal: Terminal, options: HostOptions, json: boolean): Promise<void> {
  const { describeVault } = await import('@tributary/server/vault/rotation');
  const keys = await withInstallation(terminal, options, ({ config, control }) =>
    describeVault({ ...config, control }),
  );
  if (json) {
    terminal.out(`${JSON.stringify(keys, null, 2)}\n`);
    return;
  }
  terminal.out(
    table(
      terminal,
      [
        { title: 'KEY', value: ({ id }) => id },
        { title: 'FROM', value: ({ source }) => sources[source] },
        { title: 'VALUES', align: 'right', value: sum },
        { title: 'SEALS', value: ({ current }) => (current ? 'yes' : '') },
        { title: 'OPENS', value: ({ uses }) => uses.map((use) => `${use.table} ${use.values}`).join(', ') },
      ],
      keys,
    ),
  );
  if (keys.some(({ source }) => source === 'lost'))
    terminal.err('Values sealed by a lost key cannot be read. Bring the key back, or give the credentials anew.\n');
}

async function rotate(terminal: Terminal, options: HostOptions): Promise<void> {
  const { rotateVault } = await import('@tributary/server/vault/rotation');
  const done = await withInstallation(terminal, options, ({ config, control }) =>
    rotateVault({
      ...config,
      control,
      signal: terminal.signal,
      onProgress: (count) => terminal.err(`${values(count)} wrapped anew\n`),
    }),
  );
  if (terminal.signal.aborted) throw new CliError('interrupted', 'Run it again to go on with the rest.');
  const what =
    done.added === undefined ? `No key was added; ${done.current} seals` : `${done.added} was added and seals`;
  terminal.out(`${what} from now on: ${values(done.rewrapped)} wrapped anew.\n`);
  if (done.added !== undefined)
    terminal.err('Back up, and take the older keys out with `tributary vault rotate --retire` when you are sure.\n');
  if (done.unreadable.length > 0)
    throw new CliError('service_failed', `No key opens the values of ${done.unreadable.join(', ')}; give them anew.`);
}

async function retire(terminal: Terminal, options: HostOptions): Promise<void> {
  const { retireVaultKeys } = await import('@tributary/server/vault/rotation');
  const { removed, idleInEnvironment } = await withInstallation(terminal, options, ({ config, control }) =>
    retireVaultKeys({
      ...config,
      control,
      clock: systemClock,
      signal: terminal.signal,
      onWait: (ms) => terminal.err(`waiting ${Math.ceil(ms / 1000)} s, until every process knows the newest key\n`),
    }),
  );
  terminal.out(removed.length === 0 ? 'There was no key to take out.\n' : `Taken out: ${removed.join(', ')}.\n`);
  if (idleInEnvironment.length > 0)
    terminal.out(`Open nothing any more, to be taken out of TRIBUTARY_VAULT_KEYS: ${idleInEnvironment.join(', ')}.\n`);
}

/** `tributary vault` */
export function vaultCommand(terminal: Terminal): Command {
  const command = new Command('vault').description(
    'the keys that stored credentials are sealed with, on this host; see docs/operate.md',
  );
  command
    .command('status')
    .description('which keys there are, where they come from, and how many values each opens')
    .option('--data-dir <path>', dataDirHelp)
    .addHelpText('after', examples('vault status', 'vault status --json'))
    .action((options: HostOptions, self: Command) =>
      status(terminal, options, self.optsWithGlobals<{ json?: boolean }>().json === true),
    );
  command
    .command('rotate')
    .description('add a key and wrap every stored value by it, while services and syncs run')
    .option('--retire', 'add no key: take out the older ones, once nothing is sealed by them')
    .option('--data-dir <path>', dataDirHelp)
    .addHelpText(
      'after',
      examples('vault rotate', 'vault rotate --retire') +
        '\nInterrupted, it goes on with the rest when it is run again, and adds no other key.' +
        '\nKeys of TRIBUTARY_VAULT_KEYS are yours to add; what older ones sealed is then wrapped by the newest.\n',
    )
    .action((options: RotateOptions) =>
      options.retire === true ? retire(terminal, options) : rotate(terminal, options),
    );
  return command;
}
