import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handClock, silentLog } from '@tributary/connectors/testing/connector-probe';
import { ConfigError } from '../config.ts';
import { offerExecutables } from './operator-executables.ts';
import { createRegistry } from './registry.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'declared-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const SPEC = {
  type: 'SPEC',
  spec: { connectionSpecification: { type: 'object', properties: { n: { type: 'integer' } } } },
};
const echo = { id: 'echo', title: 'Echo', command: ['/bin/sh', '-c', `echo '${JSON.stringify(SPEC)}'`] };

async function offer(declared: unknown, allowExecutables = true) {
  await writeFile(
    join(dataDir, 'executables.json'),
    typeof declared === 'string' ? declared : JSON.stringify(declared),
    {
      mode: 0o600,
    },
  );
  const clock = handClock();
  return { clock, executables: offerExecutables({ config: { allowExecutables, dataDir }, clock, log: silentLog }) };
}

test('what the operator declares is a source that is found, listed and known as shipped', async () => {
  const { executables } = await offer([echo]);
  const registry = createRegistry({ internal: false, executables });
  const connector = await registry.findShipped('echo');
  expect(connector).toMatchObject({ id: 'echo', title: 'Echo', touches: 'executables' });
  expect(connector?.config.safeParse({ n: 'x' }).success).toBe(false);
  const organization = 'x' as Parameters<typeof registry.list>[0];
  const ids = (await registry.list(organization)).map(({ id }) => id);
  expect(ids).toContain('echo');
  expect(ids).toEqual(ids.toSorted());
});

test('F1-23 nothing is run, and the file not even read, until the operator allows executables', async () => {
  const { executables } = await offer('no JSON at all', false);
  expect(executables).toBeUndefined();
  expect(await createRegistry({ internal: true, executables }).findShipped('echo')).toBeUndefined();
});

test('without a file there is nothing', () => {
  const offered = offerExecutables({ config: { allowExecutables: true, dataDir }, clock: handClock(), log: silentLog });
  expect(offered?.ids).toEqual([]);
});

test.each<[string, unknown, RegExp]>([
  ['no JSON', '[{', /executables\.json: it is not JSON/],
  ['a relative command', [{ ...echo, command: ['sh'] }], /0\.command\.0: must begin with an absolute path/],
  ['the id of a connector of ours', [{ ...echo, id: 'postgres' }], /declares postgres, which is a connector of ours/],
  ['an alias of ours', [{ ...echo, id: 'mariadb' }], /declares mariadb/],
])('a file with %s keeps the service from starting, and says where', async (_, declared, expected) => {
  const error: unknown = await offer(declared).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toMatch(expected);
});

test('F1-20 a file that others may write is refused', async () => {
  await offer([]);
  await chmod(join(dataDir, 'executables.json'), 0o620);
  const again = (): unknown =>
    offerExecutables({ config: { allowExecutables: true, dataDir }, clock: handClock(), log: silentLog });
  expect(again).toThrow('can be written by others (mode 620)');
});

test('an executable that does not work says why to whoever asks it, and is tried again later', async () => {
  const command = [
    '/bin/sh',
    '-c',
    `test -e "$0" && echo '${JSON.stringify(SPEC)}' || echo broken >&2`,
    join(dataDir, 'mended'),
  ];
  const { executables, clock } = await offer([{ ...echo, command }]);
  const broken = await executables!.find('echo');
  await expect(broken!.check({} as never)).rejects.toThrow('no answer of the Airbyte protocol to spec');
  await writeFile(join(dataDir, 'mended'), '');
  expect(await executables!.find('echo')).toBe(broken);
  clock.set(clock.now() + 30_000);
  expect((await executables!.find('echo'))?.specified).toBeDefined();
});
