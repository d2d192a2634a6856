import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@tributary/server/config';
import type { ControlStore } from '@tributary/server/control/database';
import { systemClock } from '@tributary/server/lib/clock';
import { CliError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { hostConfig, type HostOptions } from './host-config.ts';

export interface Installation {
  readonly config: Config;
  readonly control: ControlStore;
}

/** Works with the stores of this host as a service finds them, beside the services that run. */
export async function withInstallation<T>(
  terminal: Terminal,
  options: HostOptions,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const config = await hostConfig(terminal, options);
  const { CONTROL_FILE } = await import('@tributary/server/control/snapshot');
  if (!config.databaseUrl && !existsSync(join(config.dataDir, CONTROL_FILE))) {
    throw new CliError('usage', `${config.dataDir} has no control store: give its directory with --data-dir.`);
  }
  const { openControlStore } = await import('@tributary/server/control/open');
  const { runForEveryone } = await import('@tributary/server/control/tenant-scope');
  const control = await openControlStore({ ...config, clock: systemClock, busy: 'block', migrations: 'verify' });
  try {
    return await runForEveryone(() => work({ config, control }));
  } finally {
    await control.close();
  }
}
