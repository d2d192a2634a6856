import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs of util-linux that put bounds around another one; absent where the system has none that can do it. */
export interface HostTools {
  /** Ends the program with us, and keeps it from getting more rights than we have. */
  readonly setpriv?: string;
  /** Sets its resource limits. */
  readonly prlimit?: string;
}

const SETPRIV = '/usr/bin/setpriv';
const PRLIMIT = '/usr/bin/prlimit';

/** The words before a program's own, for `setpriv`. */
export const SETPRIV_OPTIONS = ['--pdeathsig', 'KILL', '--no-new-privs', '--'] as const;

let found: Promise<HostTools> | undefined;

/** Looks once; smaller versions of the same names (BusyBox) do not know the options, so they are tried. */
export function hostTools(): Promise<HostTools> {
  found ??= lookFor();
  return found;
}

async function lookFor(): Promise<HostTools> {
  if (process.platform !== 'linux') return {};
  const [setpriv, prlimit] = await Promise.all([
    works(SETPRIV, [...SETPRIV_OPTIONS, '/bin/true']),
    works(PRLIMIT, ['--core=0', '--', '/bin/true']),
  ]);
  return { ...(setpriv && { setpriv: SETPRIV }), ...(prlimit && { prlimit: PRLIMIT }) };
}

async function works(tool: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(tool, args, { env: {}, timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
