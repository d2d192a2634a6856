import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { Command } from 'commander';
import { aliases, catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { parseExactJson } from '@tributary/connectors/kit/exact-json';
import type { AirbyteMessage } from '@tributary/connectors/protocol/messages';
import { CliError } from '../exit-codes.ts';
import { collect, examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { newConnectorCommand } from './new-connector.ts';
import { ownConnectorCommands } from './own-connectors.ts';
import type { Runnable } from './load-executable.ts';
import type { Surroundings } from './run-connector.ts';
import { testConnectorCommand } from './test-connector.ts';

interface ConnectorOptions {
  readonly manifest?: string;
  readonly exec?: boolean;
  readonly image?: string;
  readonly config?: string;
  readonly catalog?: string;
  readonly state?: string;
  readonly allowRoot?: readonly string[];
  readonly publicNetworkOnly?: boolean;
}

const actions = ['spec', 'check', 'discover', 'read'] as const;
type Action = (typeof actions)[number];

const help = `
The answer is the Airbyte protocol, one JSON object a line. The configuration file holds the
connector's fields and its credentials: {"host": "…", "credentials": {"username": "…"}}.
With --manifest a declarative manifest is the connector, and no id is given. Its configuration is
what its own specification says; JSON files of its folder are its schemas.
With --exec a program of this host is the connector, or with --image a container image: one that
speaks the Airbyte protocol. It runs with your rights; you own this host, so nothing has to be
allowed first. The last word is what it is asked; put -- before words that begin with a dash.
What reads files may read below --allow-root, else TRIBUTARY_FILE_ROOTS, else this folder.
`;

/** `tributary connector <id>|--manifest FILE|--exec COMMAND…|--image IMAGE spec|check|discover|read` */
export function connectorCommand(terminal: Terminal): Command {
  const connector = new Command('connector')
    .description('run one connector here, without the service, as Airbyte runs its own')
    .argument('[connector]', 'id, for example postgres; none with --manifest or --image, the program with --exec')
    .argument('[action]', actions.join(', '))
    .argument('[words...]', 'with --exec: the words of the command, the action last')
    .option('--manifest <file>', 'declarative manifest (YAML or JSON) to run instead of a connector of ours')
    .option('--exec', 'run a program that speaks the Airbyte protocol instead')
    .option('--image <image>', 'run a container image that speaks the Airbyte protocol instead')
    .option('--config <file>', 'JSON file with the configuration')
    .option('--catalog <file>', 'JSON file with the configured catalog, for read')
    .option('--state <file>', 'JSON file with the states of an earlier read')
    .option('--allow-root <folder>', 'folder whose files may be read; may be repeated', collect)
    .option('--public-network-only', 'refuse private addresses, as the service does')
    .addHelpText(
      'after',
      help +
        examples(
          'connector postgres spec',
          'connector postgres read --config config.json --catalog catalog.json',
          'connector --manifest manifest.yaml check --config config.json',
          'connector --exec ./my-source discover --config config.json',
          'connector --image airbyte/source-faker:6.2.21 spec',
        ),
    )
    .action(
      (first: string | undefined, second: string | undefined, rest: readonly string[], options: ConnectorOptions) =>
        run(
          terminal,
          [first, second, ...rest].filter((word) => word !== undefined),
          options,
        ),
    );
  const commands = [newConnectorCommand(terminal), testConnectorCommand(terminal), ...ownConnectorCommands(terminal)];
  for (const command of commands) connector.addCommand(command);
  return connector;
}

async function run(terminal: Terminal, words: readonly string[], options: ConnectorOptions): Promise<void> {
  const { connector, action } = await connectorAndAction(terminal, words, options);
  let failure: string | undefined;
  for await (const message of answer(terminal, connector, action, options)) {
    terminal.out(`${JSON.stringify(message)}\n`);
    if (message.type === 'TRACE' && message.trace.type === 'ERROR') failure ??= message.trace.error.message;
  }
  // The platform looks at the exit code too.
  if (failure !== undefined) throw new CliError('sync_failed', failure);
}

interface Asked {
  readonly connector: Connector;
  readonly action: Action;
}

async function connectorAndAction(
  terminal: Terminal,
  words: readonly string[],
  { manifest, exec, image }: ConnectorOptions,
): Promise<Asked> {
  const others = [manifest, exec, image].filter((one) => one !== undefined).length;
  if (others > 1) throw new CliError('usage', 'Give one of --manifest, --exec and --image.');
  if (exec) {
    const action = words.at(-1);
    checkAction(action);
    return { connector: await loadProgram(terminal, { command: words.slice(0, -1) }), action };
  }
  if (words.length > 2 - others)
    throw new CliError(
      'usage',
      others > 0 ? 'Give an id or --manifest or --image, not both.' : `There is a word too many: ${words[2]}.`,
    );
  const action = words.at(others > 0 ? 0 : 1);
  // An id alone is answered by what is wrong with it first.
  if (others > 0) checkAction(action);
  const connector = await loadAny(terminal, words[0], { manifest, image });
  checkAction(action);
  return { connector, action };
}

async function loadAny(
  terminal: Terminal,
  id: string | undefined,
  { manifest, image }: { readonly manifest: string | undefined; readonly image: string | undefined },
): Promise<Connector> {
  if (image !== undefined) return loadProgram(terminal, { image });
  return manifest === undefined ? load(id) : loadFile(manifest);
}

async function loadProgram(terminal: Terminal, runnable: Runnable): Promise<Connector> {
  const { loadExecutable } = await import('./load-executable.ts');
  return loadExecutable(terminal, runnable);
}

function checkAction(action: string | undefined): asserts action is Action {
  if (actions.every((one) => one !== action))
    throw new CliError(
      'usage',
      action === undefined ? `Say what to do: ${actions.join(', ')}.` : `${action} is none of ${actions.join(', ')}.`,
    );
}

async function load(id: string | undefined): Promise<Connector> {
  if (id === undefined) throw new CliError('usage', 'Give the id of a connector, or --manifest, --exec or --image.');
  const found = catalog[aliases[id] ?? id];
  if (found) return found();
  throw new CliError('usage', `There is no connector ${id}; there are ${Object.keys(catalog).join(', ')}.`);
}

async function loadFile(path: string): Promise<Connector> {
  const { loadManifestFile } = await import('./load-manifest-file.ts');
  return loadManifestFile(path);
}

async function* answer(
  terminal: Terminal,
  connector: Connector,
  action: Action,
  options: ConnectorOptions,
): AsyncGenerator<AirbyteMessage> {
  // Loaded only now: the other commands need neither the connectors' kit nor what it is made of.
  const { spec, check, discover, read } = await import('./run-connector.ts');
  if (action === 'spec') {
    yield spec(connector);
    return;
  }
  const given = await readJson(options.config, '--config');
  const surroundings = surroundingsOf(terminal, options);
  if (action === 'check') yield* check(connector, given, surroundings);
  else if (action === 'discover') yield* discover(connector, given, surroundings);
  else {
    const chosen = await readJson(options.catalog, '--catalog');
    const state = options.state === undefined ? undefined : await readJson(options.state, '--state');
    yield* read(connector, given, surroundings, chosen, state);
  }
}

/** Whoever types the command owns this host: what the service leaves to its operator is theirs to say. */
function surroundingsOf(terminal: Terminal, options: ConnectorOptions): Surroundings {
  const fromEnv = (terminal.env['TRIBUTARY_FILE_ROOTS'] ?? '').split(delimiter).filter((root) => root !== '');
  const roots = options.allowRoot ?? (fromEnv.length > 0 ? fromEnv : [process.cwd()]);
  return { roots, policy: { allow: options.publicNetworkOnly ? [] : 'all' }, signal: terminal.signal };
}

async function readJson(path: string | undefined, option: string): Promise<unknown> {
  if (path === undefined) throw new CliError('usage', `Give a JSON file with ${option}.`);
  try {
    const text = await readFile(path, 'utf8');
    // A cursor that is rounded would pass records over.
    return option === '--state' ? parseExactJson(text) : (JSON.parse(text) as unknown);
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read';
    throw new CliError('usage', `${option} ${path}: ${why}.`);
  }
}
