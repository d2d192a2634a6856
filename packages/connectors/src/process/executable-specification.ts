import { stat } from 'node:fs/promises';
import type { Clock, Logger } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import { askProgram } from './ask-program.ts';
import type { ExecutableDeclaration } from './executable-declaration.ts';
import type { ExecutableOptions } from './program-session.ts';

export interface SpecificationNeeds {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly options?: ExecutableOptions;
}

const known = new Map<string, Promise<JsonObject>>();
const MOST_KNOWN = 1_000;

/**
 * The payload of the program's SPEC message. Asked once for each version of it: a program is another when its file or one that
 * it is called with changed, an image when its name did. Throws `ConnectorError`; what failed is asked again.
 */
export async function executableSpecification(
  declaration: ExecutableDeclaration,
  needs: SpecificationNeeds,
): Promise<JsonObject> {
  const key = await versionOf(declaration);
  const before = known.get(key);
  if (before) return before;
  const asked = ask(declaration, needs);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

async function ask(declaration: ExecutableDeclaration, needs: SpecificationNeeds): Promise<JsonObject> {
  const { clock, log, signal, options = {} } = needs;
  const nothing = { config: {}, secrets: [] };
  const session = {
    declaration,
    options,
    clock,
    log,
    signal,
    config: () => nothing,
    replaceConfig: () => Promise.resolve(),
  };
  return (await askProgram(session, 'spec')).spec;
}

async function versionOf(declaration: ExecutableDeclaration): Promise<string> {
  if ('image' in declaration) return JSON.stringify([declaration.image, declaration.network]);
  const files = declaration.command.filter((word) => word.startsWith('/'));
  const versions = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found ? [found.mtimeMs, found.size, found.ino] : [];
    }),
  );
  return JSON.stringify([declaration.command, versions]);
}
