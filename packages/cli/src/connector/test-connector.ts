import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { CliError } from '../exit-codes.ts';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import type { AuthorFolder } from './author-folder.ts';
import type { TrialReport } from './trial-report.ts';

interface TestOptions {
  readonly record?: boolean;
  readonly update?: boolean;
  readonly config?: string;
  readonly pages: number;
  readonly streams?: readonly string[];
  readonly json?: boolean;
}

const help = `
Without --record, the answers come from recorded.json beside the manifest, with the configuration and
the time of recorded-config.json; nothing reaches the network. What the streams give is compared with
expected.json. The exit code is 0, or 11 when a stream does not do what it should.
With --record, the source is read and its answers are written down without secrets: a few pages of
each stream, and of its first five partitions or time windows.
`;

/** `tributary connector test <folder|manifest> [--record] [--update]` */
export function testConnectorCommand(terminal: Terminal): Command {
  return new Command('test')
    .description('run a manifest against recorded answers of its source, or record them')
    .argument('<place>', 'the folder of a connector, or its manifest')
    .option('--record', 'read the source, and write down what it answers')
    .option('--config <file>', 'with --record: JSON file with the configuration; config.json of the folder otherwise')
    .option('--pages <number>', 'with --record: pages of a stream', positive, 2)
    .option('--streams <names>', 'with --record: only these streams, with commas between', list)
    .option('--update', 'expect from now on what the streams give')
    .addHelpText(
      'after',
      help +
        examples(
          'connector test ./my-crm --record --config my-crm/config.json',
          'connector test ./my-crm',
          'connector test ./my-crm --update',
        ),
    )
    .action(async (place: string, _options: object, command: Command) => {
      // `connector` has a --config of its own, which takes the one that is meant here.
      const options = command.optsWithGlobals<TestOptions>();
      const { openAuthorFolder } = await import('./author-folder.ts');
      const folder = await openAuthorFolder(place);
      if (options.record) await record(terminal, folder, options);
      await play(terminal, folder, options);
    });
}

async function record(terminal: Terminal, folder: AuthorFolder, options: TestOptions): Promise<void> {
  const { recordAnswers } = await import('./record-answers.ts');
  const { writeRecording } = await import('./recording-folder.ts');
  const path = options.config ?? join(folder.folder, 'config.json');
  const config = await readConfig(path);
  const { pages, streams } = options;
  const { signal } = terminal;
  const { exchanges, settings, changed } = await recordAnswers(folder, { config, pages, streams, signal });
  if (changed) await writeFile(path, `${JSON.stringify(changed, null, 2)}\n`);
  await writeRecording(folder.folder, { exchanges, settings });
  if (options.json) return;
  terminal.out(`Wrote ${exchanges.length} answers to ${join(folder.folder, 'recorded.json')}, without secrets.\n`);
  if (changed) terminal.out(`The connector has renewed its credentials; ${path} has them now.\n`);
  terminal.out('What they give:\n\n');
}

async function play(terminal: Terminal, folder: AuthorFolder, options: TestOptions): Promise<void> {
  const { readExpected, readRecording, writeExpected } = await import('./recording-folder.ts');
  const { playRecording } = await import('./play-recording.ts');
  const { reportText } = await import('./trial-report.ts');
  const recording = await readRecording(folder.folder);
  const renews = options.record === true || options.update === true;
  const before = await readExpected(folder.folder);
  const { signal } = terminal;
  const { report, given } = await playRecording(folder, recording, { expected: before, renews, signal });
  if (renews) await writeExpected(folder.folder, given);
  terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(terminal, report));
  if (report.verdict === 'failed') throw new CliError('sync_failed', failureWords(report));
}

function failureWords({ check, streams, problems }: TrialReport): string {
  const failed = streams.filter(({ verdict }) => verdict === 'failed').map(({ stream }) => stream);
  const parts = [
    ...(check.verdict === 'failed' ? ['the check'] : []),
    ...(failed.length > 0 ? [`${failed.length} of ${streams.length} streams (${failed.join(', ')})`] : []),
    ...(problems.length > 0 && failed.length === 0 ? ['the list of streams'] : []),
  ];
  return `The test failed: ${parts.join(' and ')}.`;
}

async function readConfig(path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(
      'usage',
      `${path} cannot be read; copy config.example.json, fill it in, and name it with --config.`,
    );
  });
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as JsonObject;
  } catch {
    // Told below.
  }
  throw new CliError('usage', `${path} is no JSON object.`);
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a number from 1 on.');
  return number;
}

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
