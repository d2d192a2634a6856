import { Command } from 'commander';
import type { Project } from '@tributary/sdk/project-model';
import { examples, openSession } from '../session.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** `tributary projects list|create|rename|delete` */
export function projectsCommand(terminal: Terminal): Command {
  const { signal } = terminal;
  const projects = new Command('projects').alias('project').description('spaces with connections of their own');
  projects
    .command('list')
    .description('list the projects that the key may see')
    .action(async (_options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.projects.list({ signal });
      show(found, () =>
        table<Project>(
          terminal,
          [
            { title: 'NAME', value: (one) => one.name },
            { title: 'CREATED', value: (one) => one.createdAt },
          ],
          found,
        ),
      );
    });
  projects
    .command('create')
    .description('make a project with its environment production')
    .argument('<name>', 'letters, digits, dots, hyphens, underscores')
    .addHelpText('after', examples('projects create shop'))
    .action(async (name: string, _options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const made = await client.projects.create(name, { signal });
      show(made, () => `Made the project ${made.name}.\n`);
    });
  projects
    .command('rename')
    .description('rename a project')
    .argument('<name>', 'its name now')
    .argument('<to>', 'its new name')
    .action(async (name: string, to: string, _options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const renamed = await client.projects.rename(name, to, { signal });
      show(renamed, () => `The project ${name} is ${renamed.name} now.\n`);
    });
  projects
    .command('delete')
    .description('delete a project without connections')
    .argument('<name>', 'its name')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const gone = await client.projects.delete(name, { signal });
      show(gone, () => `Deleted the project ${gone.name}.\n`);
    });
  return projects;
}
