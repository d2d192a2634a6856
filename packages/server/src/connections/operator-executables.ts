import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { aliases, catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import {
  type ExecutableDeclaration,
  ExecutableDeclarations,
} from '@tributary/connectors/process/executable-declaration';
import { type Config, ConfigError, settings } from '../config.ts';
import type { Clock } from '../lib/clock.ts';

/** The executables that the operator has declared. */
export interface OperatorExecutables {
  find(id: string): Promise<Connector | undefined>;
  readonly ids: readonly string[];
}

interface Needs {
  readonly config: Pick<Config, 'allowExecutables' | 'dataDir'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** In the data directory: whoever may write there may do anything to the service already. */
const FILE = 'executables.json';
/** A container image may have to be fetched first. */
const SPEC_TIMEOUT_MS = 120_000;
/** So long what failed is not tried again; lists would run it each time. */
const RETRY_MS = 30_000;

/**
 * Offers what `executables.json` of the data directory declares; nothing, and the file unread, unless the operator has set
 * `TRIBUTARY_ALLOW_EXECUTABLES`. The file is read at start.
 * @throws ConfigError when others may write the file, or it does not hold what it should
 */
export function offerExecutables(needs: Needs): OperatorExecutables | undefined {
  if (!needs.config.allowExecutables) return undefined;
  const declared = readDeclarations(join(needs.config.dataDir, FILE));
  if (declared.length > 0) void sweep(needs.log);
  const byId = new Map(declared.map((declaration) => [declaration.id, declaration]));
  const failed = new Map<string, { readonly at: number; readonly connector: Connector }>();
  return {
    ids: [...byId.keys()],
    async find(id) {
      const declaration = byId.get(id);
      if (!declaration) return undefined;
      const before = failed.get(id);
      if (before && needs.clock.now() - before.at < RETRY_MS) return before.connector;
      const { connector, works } = await open(declaration, needs);
      if (works) failed.delete(id);
      else failed.set(id, { at: needs.clock.now(), connector });
      return connector;
    },
  };
}

async function open(
  declaration: ExecutableDeclaration,
  { clock, log }: Needs,
): Promise<{ readonly connector: Connector; readonly works: boolean }> {
  const [{ executableConnector }, { executableSpecification }, { brokenExecutable }] = await Promise.all([
    import('@tributary/connectors/process/executable-connector'),
    import('@tributary/connectors/process/executable-specification'),
    import('@tributary/connectors/process/broken-executable'),
  ]);
  try {
    const signal = AbortSignal.timeout(SPEC_TIMEOUT_MS);
    const specification = await executableSpecification(declaration, { clock, log, signal });
    return { connector: executableConnector(declaration, specification), works: true };
  } catch (error) {
    const why =
      error instanceof ConnectorError
        ? error
        : new ConnectorError('unavailable', `The executable did not tell its specification in time.`, { cause: error });
    log.warn({ executable: declaration.id, reason: why.reason, message: why.message }, 'an executable cannot be used');
    return { connector: brokenExecutable(declaration, why), works: false };
  }
}

async function sweep(log: Logger): Promise<void> {
  try {
    const { sweepPrivateFolders } = await import('@tributary/connectors/process/private-folder');
    await sweepPrivateFolders();
  } catch (error) {
    log.warn({ error }, 'what executables of earlier processes left behind could not be removed');
  }
}

function readDeclarations(path: string): readonly ExecutableDeclaration[] {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return [];
  if (process.platform !== 'win32' && (mode & 0o022) !== 0)
    throw new ConfigError([
      `${path} can be written by others (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`,
    ]);
  const parsed = ExecutableDeclarations.safeParse(jsonOf(path));
  if (!parsed.success) {
    const where = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'the file'}: ${issue.message}`,
    );
    throw new ConfigError([`${path} does not declare executables: ${where.join('; ')}`]);
  }
  const taken = parsed.data.find(({ id }) => Object.hasOwn(catalog, id) || Object.hasOwn(aliases, id));
  if (taken) throw new ConfigError([`${path} declares ${taken.id}, which is a connector of ours: choose another id`]);
  return parsed.data;
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new ConfigError([`${path}: ${why}; correct it, or set ${settings.allowExecutables.env} to off`]);
  }
}
