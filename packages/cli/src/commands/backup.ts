import { resolve } from 'node:path';
import { Command } from 'commander';
import type { KeysElsewhere } from '@tributary/server/backup/manifest';
import { systemClock } from '@tributary/server/lib/clock';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { dataDirHelp, hostConfig, type HostOptions } from './host-config.ts';

interface BackupOptions extends HostOptions {
  readonly key: boolean;
}

/** What a backup cannot hold, in words. */
const elsewhere: Readonly<Record<KeysElsewhere, string>> = {
  environment: 'the keys of TRIBUTARY_VAULT_KEYS',
  key_service: 'the key service of TRIBUTARY_VAULT_TRANSIT_URL',
};

/** The stores of this host, as the service would find them. */
async function openPlace(terminal: Terminal, options: HostOptions) {
  const { dataDir, databaseUrl, rowSecurity, vaultKeys, vaultTransitUrl } = await hostConfig(terminal, options);
  const keysElsewhere = [
    ...(vaultKeys === undefined ? [] : (['environment'] as const)),
    ...(vaultTransitUrl === undefined ? [] : (['key_service'] as const)),
  ];
  return { dataDir, databaseUrl, rowSecurity, keysElsewhere, clock: systemClock };
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

async function backup(terminal: Terminal, file: string, options: BackupOptions): Promise<void> {
  const from = await openPlace(terminal, options);
  const { createBackup } = await import('@tributary/server/backup/create-backup');
  const manifest = await createBackup({
    ...from,
    file: resolve(file),
    withoutKey: !options.key,
    onPart: ({ name, number, of }) => terminal.err(`${number}/${of} ${name}\n`),
  });
  const bytes = manifest.files.reduce((sum, one) => sum + one.bytes, 0);
  const collections = manifest.files.filter(({ path }) => path.startsWith('collections/')).length;
  terminal.out(`${file}: the control store and ${collections} collections, ${megabytes(bytes)} of data.\n`);
  if (manifest.files.some(({ path }) => path === 'vault.key'))
    terminal.err('It holds the vault key: whoever has it can open the credentials. Keep it safe.\n');
  for (const kind of manifest.keysElsewhere)
    terminal.err(`It does not hold ${elsewhere[kind]}: without that nobody can open the credentials.\n`);
}

async function restore(terminal: Terminal, file: string, options: HostOptions): Promise<void> {
  const to = await openPlace(terminal, options);
  const { restoreBackup } = await import('@tributary/server/backup/restore-backup');
  const { createdAt, version, keysElsewhere } = await restoreBackup({ ...to, file: resolve(file) });
  const control = to.databaseUrl === undefined ? '' : ' and the database of DATABASE_URL';
  terminal.out(`${to.dataDir}${control} hold the backup of ${createdAt} (version ${version}).\n`);
  for (const kind of keysElsewhere) terminal.err(`To open the credentials the service needs ${elsewhere[kind]}.\n`);
}

/** `tributary backup` */
export function backupCommand(terminal: Terminal): Command {
  return new Command('backup')
    .description('write control store, collections and key ring of this host into one file, while the service runs')
    .argument('<file>', 'where the backup goes; replaced when it is there')
    .option('--data-dir <path>', dataDirHelp)
    .option('--no-key', 'leave the vault key out, to be kept elsewhere')
    .addHelpText('after', examples('backup /backups/tributary.tar.zst', 'backup --no-key /backups/today.tar.zst'))
    .action((file: string, options: BackupOptions) => backup(terminal, file, options));
}

/** `tributary restore` */
export function restoreCommand(terminal: Terminal): Command {
  return new Command('restore')
    .description('make an empty data directory, and an empty database when DATABASE_URL names one, of a backup')
    .argument('<file>', 'a backup')
    .option('--data-dir <path>', dataDirHelp)
    .addHelpText(
      'after',
      examples('restore /backups/tributary.tar.zst --data-dir /var/lib/tributary') +
        '\nA backup of either kind of control store is restored into either kind: this is also the way from SQLite to PostgreSQL.\n',
    )
    .action((file: string, options: HostOptions) => restore(terminal, file, options));
}
