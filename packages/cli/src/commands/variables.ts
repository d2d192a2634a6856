import { Command } from 'commander';
import type { Variable, VariablePlace } from '@tributary/sdk/project-model';
import { CliError } from '../exit-codes.ts';
import { givenSecret } from '../secret-input.ts';
import { examples, openSession } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { inProject } from './environments.ts';

interface SetOptions extends VariablePlace {
  readonly secret?: boolean;
  readonly plain?: boolean;
  readonly file?: string;
}

function placed(command: Command): Command {
  return inProject(command).option(
    '--environment <name>',
    'environment; left out: all of them that have none of its own',
  );
}

const placeOf = ({ project, environment }: VariablePlace): VariablePlace => ({ project, environment });

/** Of a plain one as an argument; a secret is never one. */
async function valueOf(
  terminal: Terminal,
  name: string,
  value: string | undefined,
  { secret, file }: SetOptions,
): Promise<string> {
  if (value === undefined) return givenSecret(terminal, file, `Value of ${name}`);
  if (secret === true)
    throw new CliError('usage', 'Others can see command lines: give a secret by standard input or --file.');
  if (file !== undefined) throw new CliError('usage', 'Give the value or --file, not both.');
  return value;
}

function secrecyOf({ secret, plain }: SetOptions): { readonly secret?: boolean } {
  if (secret === true && plain === true) throw new CliError('usage', 'A variable is --secret or --plain, not both.');
  return secret === true || plain === true ? { secret: secret === true } : {};
}

/** `tributary variables list|set|delete` */
export function variablesCommand(terminal: Terminal): Command {
  const { signal } = terminal;
  const variables = new Command('variables')
    .alias('variable')
    .description('what ${name} in the settings of connections stands for');
  placed(variables.command('list'))
    .description('list the variables of a project or of one environment')
    .action(async (options: VariablePlace, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.variables.list(placeOf(options), { signal });
      show(found, () =>
        table<Variable>(
          terminal,
          [
            { title: 'NAME', value: (one) => one.name },
            { title: 'VALUE', value: (one) => (one.secret ? '********' : one.value) },
            { title: 'MODIFIED', value: (one) => one.modifiedAt },
          ],
          found,
        ),
      );
    });
  placed(variables.command('set'))
    .description('make or change a variable; a secret is read from the standard input, a prompt or a file')
    .argument('<name>', 'letters, digits, underscores, dots, hyphens')
    .argument('[value]', 'of a plain one')
    .option('--secret', 'never show it again')
    .option('--plain', 'show it from now on; left out, it stays as it is')
    .option('--file <path>', 'file with the value')
    .addHelpText(
      'after',
      examples(
        'variables set mail.host mail.example.com --project shop',
        'variables set mail.password --secret --environment staging < password.txt',
      ),
    )
    .action(async (name: string, value: string | undefined, options: SetOptions, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const input = { value: await valueOf(terminal, name, value, options), ...secrecyOf(options) };
      const made = await client.variables.set(placeOf(options), name, input, { signal });
      show(made, () => `The variable ${made.name} is set${made.secret ? ', and secret' : ''}.\n`);
    });
  placed(variables.command('delete'))
    .description('delete a variable')
    .argument('<name>', 'its name')
    .action(async (name: string, options: VariablePlace, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const gone = await client.variables.delete(placeOf(options), name, { signal });
      show(gone, () => `Deleted the variable ${gone.name}.\n`);
    });
  return variables;
}
