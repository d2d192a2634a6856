import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who holds a lease: the host, the process, when it started, and the same of the service that started it. The start time
 * tells a process from a later one with the same number, so that nothing but a worker of ours is ever killed.
 */
export interface Owner {
  readonly host: string;
  readonly process: ProcessIdentity;
  readonly parent: ProcessIdentity;
}

export interface ProcessIdentity {
  readonly pid: number;
  /** Boot of the machine and start of the process; `?` where the system does not tell. */
  readonly start: string;
}

/** The owner that this process writes into leases; `parentPid` is the service's, or its own when nobody started it. */
export function ownOwner(parentPid: number): Owner {
  return { host: hostName(), process: identityOf(process.pid), parent: identityOf(parentPid) };
}

export function formatOwner({ host, process: own, parent }: Owner): string {
  return [host, own.pid, own.start, parent.pid, parent.start].join('/');
}

/** `undefined` for an owner that another version wrote. */
export function parseOwner(text: string): Owner | undefined {
  const [host, pid, start, parentPid, parentStart, ...rest] = text.split('/');
  if (!host || !start || !parentStart || rest.length > 0) return undefined;
  const identities = { process: { pid: Number(pid), start }, parent: { pid: Number(parentPid), start: parentStart } };
  return Number.isInteger(Number(pid)) && Number.isInteger(Number(parentPid)) ? { host, ...identities } : undefined;
}

/**
 * `alive` or `dead` for a process of this host, `unknown` where it cannot be told: on another host, in another container,
 * or on a system without `/proc`.
 */
export function stateOf(host: string, identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (host !== hostName() || identity.start === '?') return 'unknown';
  return startOf(identity.pid) === identity.start ? 'alive' : 'dead';
}

/** True for a process of this machine, in whatever container; also where the system does not tell. */
export function isOfThisMachine({ start }: ProcessIdentity): boolean {
  const own = identityOf(process.pid).start;
  return start === '?' || own === '?' || start.split('-')[0] === own.split('-')[0];
}

/** Kills a worker that lives on this host; a stopped one may hold a file's lock. Does nothing when it cannot be told. */
export function killOwner(owner: Owner): boolean {
  if (owner.process.pid === process.pid || stateOf(owner.host, owner.process) !== 'alive') return false;
  try {
    return process.kill(owner.process.pid, 'SIGKILL');
  } catch {
    return false;
  }
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, start: startOf(pid) ?? '?' };
}

/** Containers may share the host's name, but not its process numbers. */
function hostName(): string {
  return `${hostname().replaceAll('/', '_')}~${read(() => readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '')) ?? ''}`;
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)): clock ticks from boot to the start; a zombie counts as gone. */
function startOf(pid: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  if (stat === undefined || boot === undefined) return undefined;
  // The name in field 2 may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot.slice(0, 8)}-${fields[19]}`;
}

function read<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
