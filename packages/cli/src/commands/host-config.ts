import type { Config } from '@tributary/server/config';
import type { Terminal } from '../terminal.ts';

export interface HostOptions {
  readonly dataDir?: string;
}

/** Help of `--data-dir`. */
export const dataDirHelp = 'where the databases are; also TRIBUTARY_DATA_DIR';

/** The settings of the service of this host: the same environment variables. Throws ConfigError. */
export async function hostConfig(terminal: Terminal, { dataDir }: HostOptions): Promise<Config> {
  const { loadConfig } = await import('@tributary/server/config');
  return loadConfig({ ...terminal.env, ...(dataDir !== undefined && { TRIBUTARY_DATA_DIR: dataDir }) });
}
