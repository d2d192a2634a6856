import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, delimiter, join, resolve, sep } from 'node:path';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import { systemClock } from '@tributary/server/lib/clock';
import { CliError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** What to run: the words of a command, or a container image. */
export type Runnable = { readonly command: readonly string[] } | { readonly image: string };

/** What a program logs beside its specification, nobody waits for. */
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Makes a connector of an executable that speaks the Airbyte protocol, by asking for its specification. Throws `CliError`. */
export async function loadExecutable(terminal: Terminal, runnable: Runnable): Promise<Connector> {
  const [{ ExecutableDeclarations }, { executableSpecification }, { executableConnector }, { sweepPrivateFolders }] =
    await Promise.all([
      import('@tributary/connectors/process/executable-declaration'),
      import('@tributary/connectors/process/executable-specification'),
      import('@tributary/connectors/process/executable-connector'),
      import('@tributary/connectors/process/private-folder'),
    ]);
  const named = { id: 'executable', title: titleOf(runnable) };
  const given = 'image' in runnable ? runnable : { command: await absolute(terminal, runnable.command) };
  const parsed = ExecutableDeclarations.safeParse([{ ...named, ...given }]);
  const declaration = parsed.data?.[0];
  if (!declaration) throw new CliError('usage', parsed.error?.issues[0]?.message ?? 'Give a command after --exec.');
  await sweepPrivateFolders();
  try {
    const needs = { clock: systemClock, log: silent, signal: terminal.signal };
    return executableConnector(declaration, await executableSpecification(declaration, needs));
  } catch (error) {
    if (error instanceof ConnectorError)
      throw new CliError(error.reason === 'configuration' ? 'usage' : 'sync_failed', error.message);
    throw error;
  }
}

const titleOf = (runnable: Runnable): string =>
  ('image' in runnable ? runnable.image : basename(runnable.command[0] ?? '')).slice(0, 100) || 'Executable';

/** As a shell finds programs: by a path from here, else in the folders of PATH. */
async function absolute({ env }: Terminal, [program = '', ...args]: readonly string[]): Promise<readonly string[]> {
  if (program.includes('/') || program.includes(sep)) return [resolve(program), ...args];
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = resolve(join(folder, program));
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && found) return [path, ...args];
  }
  throw new CliError('usage', `There is no program ${program}; give its path.`);
}
