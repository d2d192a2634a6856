import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { formatOwner, identityOf, killOwner, ownOwner, parseOwner, stateOf } from './owner.ts';

test('an owner survives being written into a lease', () => {
  const owner = ownOwner(process.ppid);
  expect(parseOwner(formatOwner(owner))).toEqual(owner);
  expect(stateOf(owner.host, owner.process)).toBe('alive');
  expect(stateOf(owner.host, owner.parent)).toBe('alive');
});

test('text of another form is nobody', () => {
  for (const text of ['', 'a', 'host/1/x', 'host/one/x/2/y', 'host/1/x/2/y/z'])
    expect(parseOwner(text)).toBeUndefined();
});

test('another host is not judged, and a number that was used again is not the same process', () => {
  const owner = ownOwner(process.pid);
  expect(stateOf('elsewhere', owner.process)).toBe('unknown');
  expect(stateOf(owner.host, { ...owner.process, start: `${owner.process.start}0` })).toBe('dead');
  expect(stateOf(owner.host, { pid: 1, start: '?' })).toBe('unknown');
});

test('kills exactly the process that it names, and never itself', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const owner = { ...ownOwner(process.pid), process: identityOf(child.pid!) };
  expect(killOwner({ ...owner, process: { ...owner.process, start: 'other' } })).toBe(false);
  expect(killOwner({ ...owner, host: 'elsewhere' })).toBe(false);
  expect(killOwner(ownOwner(process.pid))).toBe(false);
  expect(child.exitCode).toBeNull();
  const exited = once(child, 'exit');
  expect(killOwner(owner)).toBe(true);
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(stateOf(owner.host, owner.process)).toBe('dead');
  expect(killOwner(owner)).toBe(false);
});
