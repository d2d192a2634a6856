import { fileURLToPath } from 'node:url';
import type { Connector } from '../kit/connector.ts';
import { handClock, silentLog } from '../testing/connector-probe.ts';
import { executableConnector } from './executable-connector.ts';
import { type ExecutableDeclaration, ExecutableDeclarations } from './executable-declaration.ts';
import { executableSpecification } from './executable-specification.ts';
import type { ExecutableOptions } from './program-session.ts';

const SOURCE = fileURLToPath(new URL('testing-source.ts', import.meta.url));

/** A declaration as an operator would write it. */
export function declared(given: object): ExecutableDeclaration {
  const [declaration] = ExecutableDeclarations.parse([{ id: 'testing', title: 'Testing', ...given }]);
  if (!declaration) throw new Error('nothing was declared');
  return declaration;
}

/** A connector for the testing source with one of its behaviours. */
export async function testingExecutable(
  behaviour: string,
  given: object = {},
  options: ExecutableOptions = {},
): Promise<Connector> {
  const declaration = declared({ command: [process.execPath, SOURCE, behaviour], ...given });
  const signal = new AbortController().signal;
  const needs = { clock: handClock(), log: silentLog, signal, options };
  return executableConnector(declaration, await executableSpecification(declaration, needs), options);
}
