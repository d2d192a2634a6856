import { ConnectorError } from '../kit/connector-error.ts';
import type { ExecutableDeclaration, ImageDeclaration, ProgramDeclaration } from './executable-declaration.ts';
import { type HostTools, SETPRIV_OPTIONS } from './host-tools.ts';

/** How a program is started: words that no shell ever sees. */
export interface CommandLine {
  readonly argv: readonly string[];
  /** Ends what outlives the process that was started, as a container does. */
  readonly killArgv?: readonly string[];
  /** Where the program sees the private folder. */
  readonly folder: string;
}

export interface CommandLineOptions {
  readonly tools: HostTools;
  /** The private folder of the run. */
  readonly folder: string;
  /** Who runs containers. */
  readonly account: { readonly uid: number; readonly gid: number };
}

const USUAL_FILES = 1_024;
/** Processes in a container: room for a JVM, none for a fork bomb. */
const MOST_PROCESSES = 1_024;

/** Where containers see the private folder. */
const CONTAINER_FOLDER = '/config';

/**
 * The command line of a declared program or image, without the protocol's own words. Throws `ConnectorError('configuration')`
 * when limits are declared that this host cannot set.
 */
export function commandLine(declaration: ExecutableDeclaration, options: CommandLineOptions): CommandLine {
  return 'image' in declaration ? dockerLine(declaration, options) : programLine(declaration, options);
}

function programLine({ command, id, limits }: ProgramDeclaration, options: CommandLineOptions): CommandLine {
  const { setpriv, prlimit } = options.tools;
  if (!prlimit && Object.keys(limits).length > 0) {
    throw new ConnectorError(
      'configuration',
      `The executable ${id} declares limits, and this host has no prlimit (util-linux) to set them. Install it, or remove the limits.`,
    );
  }
  const bounds = prlimit ? [prlimit, ...prlimitOptions(limits), '--'] : [];
  const leash = setpriv ? [setpriv, ...SETPRIV_OPTIONS] : [];
  return { argv: [...leash, ...bounds, ...command], folder: options.folder };
}

function prlimitOptions({ memoryMb, cpuSeconds, files }: ProgramDeclaration['limits']): readonly string[] {
  return [
    // A core file would hold the configuration with its secrets.
    '--core=0',
    `--nofile=${files ?? USUAL_FILES}`,
    ...(memoryMb === undefined ? [] : [`--as=${memoryMb * 1_048_576}`]),
    ...(cpuSeconds === undefined ? [] : [`--cpu=${cpuSeconds}`]),
  ];
}

function dockerLine(declaration: ImageDeclaration, { folder, account }: CommandLineOptions): CommandLine {
  const { image, network, limits } = declaration;
  // The name of the folder is there once at a time; so is the container's.
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  const { memoryMb, cpuSeconds, files = USUAL_FILES } = limits;
  const argv = [
    ...['docker', 'run', '--rm', '--interactive', '--init', `--name=${name}`, `--network=${network}`],
    // Otherwise the engine keeps all records in a file of its own.
    '--log-driver=none',
    ...['--cap-drop=ALL', '--security-opt=no-new-privileges', `--pids-limit=${MOST_PROCESSES}`],
    ...['--ulimit=core=0', `--ulimit=nofile=${files}`],
    ...(memoryMb === undefined ? [] : [`--memory=${memoryMb}m`]),
    ...(cpuSeconds === undefined ? [] : [`--ulimit=cpu=${cpuSeconds}`]),
    // The files in the folder can be read by their owner only.
    `--user=${account.uid}:${account.gid}`,
    ...['--volume', `${folder}:${CONTAINER_FOLDER}:ro`, '--workdir=/tmp'],
    image,
  ];
  return { argv, killArgv: ['docker', 'kill', name], folder: CONTAINER_FOLDER };
}
