import { resolve } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '@tributary/server/lib/clock';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';

interface Place {
  readonly dataDir?: string;
}

interface BackupOptions extends Place {
  readonly key: boolean;
}

const place = 'where the databases are; also TRIBUTARY_DATA_DIR';

/** The stores of this host, as the service would find them: the same environment variables. */
async function openPlace(terminal: Terminal, { dataDir }: Place) {
  const { loadConfig } = await import('@tributary/server/config');
  const config = loadConfig({ ...terminal.env, ...(dataDir !== undefined && { TRIBUTARY_DATA_DIR: dataDir }) });
  return { dataDir: config.dataDir, databaseUrl: config.databaseUrl, clock: systemClock };
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
  if (options.key) terminal.err('It holds the vault key: whoever has it can open the credentials. Keep it safe.\n');
}

async function restore(terminal: Terminal, file: string, options: Place): Promise<void> {
  const to = await openPlace(terminal, options);
  const { restoreBackup } = await import('@tributary/server/backup/restore-backup');
  const { createdAt, version } = await restoreBackup({ ...to, file: resolve(file) });
  const control = to.databaseUrl === undefined ? '' : ' and the database of DATABASE_URL';
  terminal.out(`${to.dataDir}${control} hold the backup of ${createdAt} (version ${version}).\n`);
}

/** `tributary backup` */
export function backupCommand(terminal: Terminal): Command {
  return new Command('backup')
    .description('write control store, collections and key ring of this host into one file, while the service runs')
    .argument('<file>', 'where the backup goes; replaced when it is there')
    .option('--data-dir <path>', place)
    .option('--no-key', 'leave the vault key out, to be kept elsewhere')
    .addHelpText('after', examples('backup /backups/tributary.tar.zst', 'backup --no-key /backups/today.tar.zst'))
    .action((file: string, options: BackupOptions) => backup(terminal, file, options));
}

/** `tributary restore` */
export function restoreCommand(terminal: Terminal): Command {
  return new Command('restore')
    .description('make an empty data directory, and an empty database when DATABASE_URL names one, of a backup')
    .argument('<file>', 'a backup')
    .option('--data-dir <path>', place)
    .addHelpText(
      'after',
      examples('restore /backups/tributary.tar.zst --data-dir /var/lib/tributary') +
        '\nA backup of either kind of control store is restored into either kind: this is also the way from SQLite to PostgreSQL.\n',
    )
    .action((file: string, options: Place) => restore(terminal, file, options));
}
