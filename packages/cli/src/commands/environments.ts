import { Command } from 'commander';
import type { Environment } from '@tributary/sdk/project-model';
import { examples, openSession } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface InProject {
  readonly project: string;
}

/** `--project`, as all commands on what projects hold have it. */
export function inProject(command: Command): Command {
  return command.option('--project <name>', 'project that it is about', 'default');
}

/** `tributary environments list|create|rename|delete` */
export function environmentsCommand(terminal: Terminal): Command {
  const { signal } = terminal;
  const environments = new Command('environments').alias('environment').description('where workers of a project run');
  inProject(environments.command('list'))
    .description('list the environments of a project')
    .action(async ({ project }: InProject, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.environments.list(project, { signal });
      show(found, () =>
        table<Environment>(
          terminal,
          [
            { title: 'NAME', value: (one) => one.name },
            { title: 'CREATED', value: (one) => one.createdAt },
          ],
          found,
        ),
      );
    });
  inProject(environments.command('create'))
    .description('make an environment')
    .argument('<name>', 'letters, digits, dots, hyphens, underscores')
    .addHelpText('after', examples('environments create staging --project shop'))
    .action(async (name: string, { project }: InProject, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const made = await client.environments.create(project, name, { signal });
      show(made, () => `Made the environment ${made.name}.\n`);
    });
  inProject(environments.command('rename'))
    .description('rename an environment')
    .argument('<name>', 'its name now')
    .argument('<to>', 'its new name')
    .action(async (name: string, to: string, { project }: InProject, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const renamed = await client.environments.rename(project, name, to, { signal });
      show(renamed, () => `The environment ${name} is ${renamed.name} now.\n`);
    });
  inProject(environments.command('delete'))
    .description('delete an environment with its variables')
    .argument('<name>', 'its name')
    .action(async (name: string, { project }: InProject, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const gone = await client.environments.delete(project, name, { signal });
      show(gone, () => `Deleted the environment ${gone.name}.\n`);
    });
  return environments;
}
