import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { Command } from 'commander';
import { aliases, catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { AirbyteMessage } from '@tributary/connectors/protocol/messages';
import { CliError } from '../exit-codes.ts';
import { collect, examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { ownConnectorCommands } from './own-connectors.ts';
import type { Surroundings } from './run-connector.ts';

interface ConnectorOptions {
  readonly manifest?: string;
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
What reads files may read below --allow-root, else TRIBUTARY_FILE_ROOTS, else this folder.
`;

/** `tributary connector <id>|--manifest FILE spec|check|discover|read` */
export function connectorCommand(terminal: Terminal): Command {
  const connector = new Command('connector')
    .description('run one connector here, without the service, as Airbyte runs its own')
    .argument('[connector]', 'id, for example postgres; none with --manifest')
    .argument('[action]', actions.join(', '))
    .option('--manifest <file>', 'declarative manifest (YAML or JSON) to run instead of a connector of ours')
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
        ),
    )
    .action((...given: [string | undefined, string | undefined, ConnectorOptions]) => run(terminal, ...given));
  for (const command of ownConnectorCommands(terminal)) connector.addCommand(command);
  return connector;
}

async function run(
  terminal: Terminal,
  first: string | undefined,
  second: string | undefined,
  options: ConnectorOptions,
): Promise<void> {
  const { manifest } = options;
  if (manifest !== undefined && second !== undefined)
    throw new CliError('usage', 'Give an id or --manifest, not both.');
  const action = manifest === undefined ? second : first;
  // An id alone is answered by what is wrong with it first.
  if (manifest !== undefined) checkAction(action);
  const connector = await (manifest === undefined ? load(first) : loadFile(manifest));
  checkAction(action);
  let failure: string | undefined;
  for await (const message of answer(terminal, connector, action, options)) {
    terminal.out(`${JSON.stringify(message)}\n`);
    if (message.type === 'TRACE' && message.trace.type === 'ERROR') failure ??= message.trace.error.message;
  }
  // The platform looks at the exit code too.
  if (failure !== undefined) throw new CliError('sync_failed', failure);
}

function checkAction(action: string | undefined): asserts action is Action {
  if (actions.every((one) => one !== action))
    throw new CliError(
      'usage',
      action === undefined ? `Say what to do: ${actions.join(', ')}.` : `${action} is none of ${actions.join(', ')}.`,
    );
}

async function load(id: string | undefined): Promise<Connector> {
  if (id === undefined) throw new CliError('usage', 'Give the id of a connector, or --manifest with a file.');
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
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read';
    throw new CliError('usage', `${option} ${path}: ${why}.`);
  }
}
