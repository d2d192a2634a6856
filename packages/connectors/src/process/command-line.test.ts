import { expect, test } from 'vitest';
import { ZodError } from 'zod';
import { commandLine } from './command-line.ts';
import { ExecutableDeclarations } from './executable-declaration.ts';
import { declared } from './testing-executable.ts';

const tools = { setpriv: '/usr/bin/setpriv', prlimit: '/usr/bin/prlimit' };
const account = { uid: 1_000, gid: 1_001 };
const folder = '/tmp/tributary-executable-7-abc';

test('a program is started with bounds around it and without a shell', () => {
  const limits = { memoryMb: 512, cpuSeconds: 60, files: 64 };
  const declaration = declared({ command: ['/opt/source', '--flag', '$(id)'], limits });
  expect(commandLine(declaration, { tools, account, folder })).toEqual({
    argv: [
      '/usr/bin/setpriv',
      '--pdeathsig',
      'KILL',
      '--no-new-privs',
      '--',
      '/usr/bin/prlimit',
      '--core=0',
      '--nofile=64',
      '--as=536870912',
      '--cpu=60',
      '--',
      '/opt/source',
      '--flag',
      '$(id)',
    ],
    folder,
  });
});

test('where a host has no tools for bounds, only a program that declares none is started', () => {
  const plain = declared({ command: ['/opt/source'] });
  expect(commandLine(plain, { tools: {}, account, folder }).argv).toEqual(['/opt/source']);
  const bounded = declared({ command: ['/opt/source'], limits: { memoryMb: 512 } });
  expect(() => commandLine(bounded, { tools: {}, account, folder })).toThrow('no prlimit');
});

test('an image is started with no rights, its own network, and the folder to read from', () => {
  const limits = { memoryMb: 512, cpuSeconds: 60 };
  const declaration = declared({ image: 'airbyte/source-x:1.2', network: 'sources', limits });
  expect(commandLine(declaration, { tools, account, folder })).toEqual({
    argv: [
      'docker',
      'run',
      '--rm',
      '--interactive',
      '--init',
      '--name=tributary-executable-7-abc',
      '--network=sources',
      '--log-driver=none',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--pids-limit=1024',
      '--ulimit=core=0',
      '--ulimit=nofile=1024',
      '--memory=512m',
      '--ulimit=cpu=60',
      '--user=1000:1001',
      '--volume',
      `${folder}:/config:ro`,
      '--workdir=/tmp',
      'airbyte/source-x:1.2',
    ],
    killArgv: ['docker', 'kill', 'tributary-executable-7-abc'],
    folder: '/config',
  });
});

const issuesOf = (given: unknown): readonly string[] => {
  const parsed = ExecutableDeclarations.safeParse(given);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const named = { id: 'x', title: 'X' };

test.each<[string, unknown, RegExp]>([
  ['a relative path', [{ ...named, command: ['source'] }], /0\.command\.0: must begin with an absolute path/],
  ['no command', [{ ...named, command: [] }], /0\.command/],
  ['a command line as one text', [{ ...named, command: '/bin/sh -c x' }], /0\.command/],
  ['neither command nor image', [named], /0\.command/],
  ['both', [{ ...named, command: ['/x'], image: 'x' }], /command/],
  [
    'an image that is an option',
    [{ ...named, image: '--privileged' }],
    /0\.image: must be the name of a container image/,
  ],
  ['a network that is an option', [{ ...named, image: 'x', network: '-v' }], /0\.network/],
  ['an id that is no id', [{ ...named, id: '../X', command: ['/x'] }], /0\.id/],
  [
    'one id twice',
    [
      { ...named, command: ['/x'] },
      { ...named, command: ['/y'] },
    ],
    /1\.id: x is declared twice/,
  ],
  ['a misspelt field', [{ ...named, command: ['/x'], heartbeat: 3 }], /heartbeat/],
  ['no list', named, /expected array/],
])('a declaration with %s is refused by name', (_, given, expected) => {
  expect(issuesOf(given).join('\n')).toMatch(expected);
});

test('what is left out of a declaration has a default', () => {
  expect(declared({ command: ['/x'] })).toEqual({
    id: 'testing',
    title: 'Testing',
    command: ['/x'],
    heartbeatSeconds: 600,
    limits: {},
    state: 'stream',
  });
  expect(() => declared({})).toThrow(ZodError);
});
