import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { CliError } from '../exit-codes.ts';
import { examples } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { askQuestions } from './ask-questions.ts';
import type { ManifestAnswers } from './manifest-answers.ts';
import { QUESTIONS } from './manifest-questions.ts';
import { newConnectorFiles } from './new-connector-files.ts';

interface NewOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

const help = `
Each question has a flag, so that it can be answered without a terminal; questions without an answer
there get the usual one. What is written is a beginning: manifest.yaml says where to go on.
`;

/** `tributary connector new [folder]` */
export function newConnectorCommand(terminal: Terminal): Command {
  const command = new Command('new')
    .description('begin a connector of your own: a folder with a manifest, from a few questions')
    .argument('[folder]', 'to be made; named after the source otherwise');
  for (const { name, asks, choices } of QUESTIONS)
    command.option(`--${name} <text>`, `${asks}${choices ? ` (${choices.join(', ')})` : ''}`);
  return command
    .option('--yes', 'ask nothing: the usual answers, where no flag gives one')
    .addHelpText(
      'after',
      help +
        examples(
          'connector new',
          'connector new my-crm --name my-crm --base-url https://api.my-crm.example/v1 --stream contacts --yes',
        ),
    )
    .action(async (folder: string | undefined, options: ManifestOptions, command: Command) => {
      const { json = false } = command.optsWithGlobals<NewOptions>();
      if (folder !== undefined) await refuseWhereSomethingIs(folder);
      const answers = await askQuestions(terminal, QUESTIONS, { given: flagsOf(options), quiet: options.yes === true });
      const place = folder ?? answers.name ?? '';
      await refuseWhereSomethingIs(place);
      const files = await write(place, answers);
      terminal.out(json ? `${JSON.stringify({ folder: place, files }, null, 2)}\n` : toldText(place, files, answers));
    });
}

type ManifestOptions = Readonly<Record<string, string | undefined>> & NewOptions;

/** Commander spells the flags in camel case. */
function flagsOf(options: ManifestOptions): ManifestAnswers {
  const given = QUESTIONS.flatMap(({ name }) => {
    const value = options[name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

async function write(folder: string, answers: ManifestAnswers): Promise<readonly string[]> {
  const files = newConnectorFiles(folder, answers);
  await provesGood(folder, files.get('manifest.yaml') ?? '');
  await mkdir(folder, { recursive: true });
  // Never over what somebody has written meanwhile.
  for (const [name, text] of files) await writeFile(join(folder, name), text, { flag: 'wx' });
  return [...files.keys()];
}

/** The loader judges before anything is written. */
async function provesGood(folder: string, manifest: string): Promise<void> {
  const { connectorOf } = await import('./load-manifest-file.ts');
  await connectorOf({ path: join(folder, 'manifest.yaml'), folder, id: 'manifest', manifest, files: new Map() });
}

async function refuseWhereSomethingIs(folder: string): Promise<void> {
  for (const name of newConnectorFiles(folder, {}).keys()) {
    const path = join(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw new CliError('usage', `${path} is there already, and is left as it is; name another folder.`);
  }
}

function toldText(folder: string, files: readonly string[], { auth, incremental }: ManifestAnswers): string {
  const tree = files.map((name, at) => `${at === files.length - 1 ? '└──' : '├──'} ${name}\n`).join('');
  const config = join(folder, 'config.json');
  const needs = auth === 'none' && (incremental ?? 'none') === 'none' ? '' : ' and fill it in';
  return `${folder}
${tree}
Next:
  cp ${join(folder, 'config.example.json')} ${config}   ${needs === '' ? '' : '# and fill it in'}
  tributary connector --manifest ${join(folder, 'manifest.yaml')} check --config ${config}
  tributary connector test ${folder} --record
  tributary connector test ${folder}
`;
}
