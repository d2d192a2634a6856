import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Connector } from '../kit/connector.ts';
import { incrementalStub } from '../sources/incremental-stub/index.ts';
import { stub } from '../sources/stub/index.ts';
import { handClock, probeContext, readPages, rowsByKey, silentLog } from '../testing/connector-probe.ts';
import { executableConnector } from './executable-connector.ts';
import { executableSpecification } from './executable-specification.ts';
import { declared } from './testing-executable.ts';

const CLI = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));

/** One of our own connectors, run as a program by our own command line. */
async function asExecutable(id: string): Promise<Connector> {
  const declaration = declared({ command: [process.execPath, CLI, 'connector', id] });
  const needs = { clock: handClock(), log: silentLog, signal: new AbortController().signal };
  return executableConnector(declaration, await executableSpecification(declaration, needs));
}

/** The records of some streams, and where the last page of each goes on. */
async function readAll(connector: Connector, names: readonly string[], given: object) {
  const streams = await connector.discover(probeContext(connector, given));
  const wanted = streams.filter(({ name }) => names.includes(name));
  return Promise.all(
    wanted.map(async (stream) => {
      const pages = await readPages(stream);
      const cursor = pages.findLast((page) => page.cursor !== undefined)?.cursor;
      const facts = [stream.name, stream.primaryKey, stream.incremental, stream.deletes];
      const again = stream.incremental ? (await readPages(stream, cursor)).flatMap((page) => page.upserts) : [];
      return { facts, rows: rowsByKey(stream, pages), again };
    }),
  );
}

test.each([
  [incrementalStub, ['entities']],
  [stub, ['containers', 'small_files']],
])('our own connector gives the same records as an executable: $id', async (native, names) => {
  const settings = { entity_count: 30 };
  const executable = await asExecutable(native.id);
  const credentials = { credentials: { stub_key: 'canary' } };
  const natively = await readAll(native, names, { config: settings, credentials: { stub_key: 'canary' } });
  const { config, credentials: secrets } = executable.specified!.split({ ...settings, ...credentials });
  const asProgram = await readAll(executable, names, { config, credentials: secrets });
  expect(natively.every(({ rows }) => rows.size > 0)).toBe(true);
  expect(asProgram.map(({ facts }) => facts)).toEqual(natively.map(({ facts }) => facts));
  expect(asProgram.map(({ rows }) => rows)).toEqual(natively.map(({ rows }) => rows));
  expect(asProgram.map(({ again }) => again)).toEqual(natively.map(({ again }) => again));
});
