import { Command, InvalidArgumentError } from 'commander';
import type { ConnectorUpgrade, ConnectorUpgradeOptions, OwnConnector } from '@tributary/sdk/connector-model';
import { TributaryError } from '@tributary/sdk/tributary-error';
import { CliError } from '../exit-codes.ts';
import { examples, openSession, type Session } from '../session.ts';
import { facts, table } from '../table.ts';
import { printable, type Terminal } from '../terminal.ts';
import { fetchManifest } from './fetch-manifest.ts';

interface AddOptions {
  readonly name?: string;
  readonly title?: string;
  readonly acceptNewHosts?: boolean;
}

/** A person looks at where credentials go before they go there. */
const acceptHosts = [
  '--accept-new-hosts',
  'take a version that sends requests to hosts that the one in use does not',
] as const;

/** Commands about the connectors that the organization has added to its catalogue, to go under `tributary connector`. */
export function ownConnectorCommands(terminal: Terminal): readonly Command[] {
  return [
    addCommand(terminal),
    listCommand(terminal),
    showCommand(terminal),
    versionsCommand(terminal),
    useCommand(terminal),
    deleteCommand(terminal),
  ];
}

function addCommand(terminal: Terminal): Command {
  return new Command('add')
    .description('add a connector to the catalogue by its manifest, or give one that is there a new version')
    .argument('<place>', 'a file, an address, or registry:name[@version]')
    .option('--name <name>', 'the short name of the source; made of the place otherwise')
    .option('--title <title>', 'for people')
    .option(...acceptHosts)
    .addHelpText(
      'after',
      examples(
        'connector add ./my-crm/manifest.yaml',
        'connector add https://example.com/shop.yaml --name shop',
        'connector add registry:pokeapi',
      ),
    )
    .action(async (place: string, { name: given, title, ...upgrade }: AddOptions, command: Command) => {
      const session = openSession(terminal, command);
      const { name: derived, ...content } = await fetchManifest(terminal, place);
      const name = given ?? derived;
      if (name === '') throw new CliError('usage', 'Give the connector a name with --name.');
      await addOrUpgrade(session, name, { ...content, ...(title !== undefined && { title }) }, upgrade);
    });
}

async function addOrUpgrade(
  { client, show, terminal }: Session,
  name: string,
  content: Parameters<typeof client.connectors.create>[1],
  options: ConnectorUpgradeOptions,
): Promise<void> {
  const { signal } = terminal;
  try {
    const added = await client.connectors.create(name, content, { signal });
    show(added, () => `Added.\n${describe(added)}Connect it with: tributary connect ${name} --collection …\n`);
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'connector_exists') throw error;
    const upgrade = await client.connectors.upgrade(name, { ...content, ...options }, { signal });
    show(upgrade, () => describeUpgrade(terminal, upgrade));
  }
}

function describeUpgrade(terminal: Terminal, { connector, changes, hosts }: ConnectorUpgrade): string {
  const dropped = changes.filter(({ change }) => change === 'state_dropped').length;
  const words = dropped > 0 ? `${dropped} of its streams will be read from their start by the next sync.\n` : '';
  const streams = table(
    terminal,
    [
      { title: 'STREAM', value: (one) => one.stream },
      { title: 'CHANGE', value: (one) => one.change.replaceAll('_', ' ') },
      { title: 'REASON', value: (one) => one.reason },
    ],
    changes,
  );
  const elsewhere = hosts.map(
    ({ host, change }) => `${change === 'added' ? 'Requests go to' : 'No requests go to'} ${host} now.\n`,
  );
  const warnings = connector.warnings.map((warning) => `Warning: ${warning}\n`);
  const said = printable([...elsewhere, ...warnings, words].join(''));
  return `${connector.name} uses version ${connector.version} now.\n${said}${changes.length > 0 ? streams : ''}`;
}

function describe(connector: OwnConnector): string {
  return facts([
    ['name', connector.name],
    ['title', connector.title],
    ['version', connector.version],
    ['content', `sha256:${connector.contentHash.slice(0, 16)}`],
    ['origin', connector.origin],
    ['streams', connector.streams.map(({ name }) => name).join(', ')],
    ['hosts', connector.hosts.join(', ')],
    ...connector.warnings.map((warning) => ['warning', warning] as const),
    ...connector.missing.map(
      ({ className, streams }) => ['not there', `${className}, needed by ${streams.join(', ')}`] as const,
    ),
  ]);
}

function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('list the connectors that were added')
    .action(async (_options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.connectors.list({ signal: terminal.signal });
      show(found, () =>
        table<OwnConnector>(
          terminal,
          [
            { title: 'NAME', value: (one) => one.name },
            { title: 'TITLE', value: (one) => one.title },
            { title: 'VERSION', value: (one) => one.version, align: 'right' },
            { title: 'STREAMS', value: (one) => one.streams.length, align: 'right' },
            { title: 'ORIGIN', value: (one) => one.origin },
          ],
          found,
        ),
      );
    });
}

function showCommand(terminal: Terminal): Command {
  return new Command('show')
    .description('show a connector that was added')
    .argument('<name>', 'its short name')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.connectors.get(name, { signal: terminal.signal });
      show(found, () => describe(found));
    });
}

function versionsCommand(terminal: Terminal): Command {
  return new Command('versions')
    .description('list the versions of a connector that was added')
    .argument('<name>', 'its short name')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.connectors.versions(name, { signal: terminal.signal });
      show(found, () =>
        table(
          terminal,
          [
            { title: 'VERSION', value: (one) => one.version, align: 'right' },
            { title: 'ADDED', value: (one) => one.createdAt },
            { title: 'BY', value: (one) => one.createdByEmail },
            { title: 'CONTENT', value: (one) => `sha256:${one.contentHash.slice(0, 16)}` },
            { title: 'ORIGIN', value: (one) => one.origin },
          ],
          found,
        ),
      );
    });
}

function useCommand(terminal: Terminal): Command {
  return new Command('use')
    .description('use another version of a connector, for example the one before')
    .argument('<name>', 'its short name')
    .argument('<version>', 'a number from `versions`', positiveNumber)
    .option(...acceptHosts)
    .action(async (name: string, version: number, options: ConnectorUpgradeOptions, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const upgrade = await client.connectors.use(name, version, { ...options, signal: terminal.signal });
      show(upgrade, () => describeUpgrade(terminal, upgrade));
    });
}

function deleteCommand(terminal: Terminal): Command {
  return new Command('delete')
    .description('delete a connector that no connection uses')
    .argument('<name>', 'its short name')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const gone = await client.connectors.delete(name, { signal: terminal.signal });
      show(gone, () => `Deleted ${gone.name}.\n`);
    });
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a number from 1 on.');
  return number;
}
