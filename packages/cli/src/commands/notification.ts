import { Command } from 'commander';
import type { Notification, NotificationEvent, NotificationRule, Severity } from '@tributary/sdk/notification-model';
import { CliError } from '../exit-codes.ts';
import { collect, examples, openSession } from '../session.ts';
import { facts, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface InProject {
  readonly project: string;
}

interface NewRule extends InProject {
  readonly connection: string;
  readonly event: readonly string[];
  readonly environment: string;
  readonly sourceConnection?: readonly string[];
  readonly minSeverity: string;
}

const project = ['--project <name>', 'whose rules', 'default'] as const;

function describe(rule: NotificationRule): string {
  return facts([
    ['id', rule.id],
    ['name', rule.name],
    ['events', rule.events.join(', ')],
    ['connection', rule.connection],
    ['environment', rule.environment],
    ['enabled', rule.enabled ? 'yes' : 'no'],
    ['only for', rule.sourceConnections?.join(', ')],
    ['from severity', rule.minSeverity],
    ['last sent', rule.lastSentAt],
    ['last error', rule.lastError],
  ]);
}

function listRulesCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('list the rules of a project, and how their newest deliveries went')
    .option(...project)
    .addHelpText('after', examples('notifications rule list', 'notifications rule list --project billing --json'))
    .action(async (options: InProject, command: Command) => {
      const session = openSession(terminal, command);
      const found = await session.client.notifications.listRules(options.project, { signal: terminal.signal });
      session.show(found, () =>
        found.length === 0
          ? 'No rules yet. Make one with `tributary notifications rule create`.\n'
          : table(
              terminal,
              [
                { title: 'ID', value: (one) => one.id },
                { title: 'NAME', value: (one) => one.name },
                { title: 'BY', value: (one) => `${one.connection} (${one.environment})` },
                { title: 'STATE', value: stateOf },
                { title: 'EVENTS', value: (one) => one.events.join(', ') },
              ],
              found,
            ),
      );
    });
}

function stateOf(rule: NotificationRule): string {
  if (!rule.enabled) return 'off';
  if (rule.lastError !== null) return `failing: ${rule.lastError}`;
  return rule.lastSentAt === null ? 'never sent' : `sent ${rule.lastSentAt}`;
}

function createRuleCommand(terminal: Terminal): Command {
  return new Command('create')
    .description('say what is told by which connection')
    .argument('<name>', 'what people call the rule')
    .requiredOption('--connection <name>', 'a connection of the project that carries notifications')
    .requiredOption(
      '--event <kind>',
      'sync.failed, credential.needs_renewal, schema.changed or sweep.held; several times for several',
      collect,
    )
    .option(...project)
    .option('--environment <name>', 'whose workers send', 'production')
    .option('--source-connection <id>', 'only what happens to this; several times for several', collect)
    .option('--min-severity <severity>', 'info, warning or error', 'info')
    .addHelpText(
      'after',
      examples('notifications rule create "Mail me" --connection office-mail --event sync.failed --event sweep.held'),
    )
    .action(async (name: string, options: NewRule, command: Command) => {
      const session = openSession(terminal, command);
      const input = {
        name,
        // The service knows which there are, and says so.
        events: options.event as readonly NotificationEvent[],
        connection: options.connection,
        environment: options.environment,
        minSeverity: options.minSeverity as Severity,
        ...(options.sourceConnection && { sourceConnections: options.sourceConnection }),
      };
      const made = await session.client.notifications.createRule(options.project, input, { signal: terminal.signal });
      session.show(made, () => describe(made));
    });
}

function deleteRuleCommand(terminal: Terminal): Command {
  return new Command('delete')
    .description('delete a rule with its history')
    .argument('<id>', 'of the rule')
    .option(...project)
    .addHelpText('after', examples('notifications rule delete 6f1c…'))
    .action(async (id: string, options: InProject, command: Command) => {
      const session = openSession(terminal, command);
      const gone = await session.client.notifications.deleteRule(options.project, id, { signal: terminal.signal });
      session.show(gone, () => `Deleted the rule ${gone.name}.\n`);
    });
}

function testRuleCommand(terminal: Terminal): Command {
  return new Command('test')
    .description('send a test by the connection of a rule')
    .argument('<id>', 'of the rule')
    .option(...project)
    .addHelpText('after', examples('notifications rule test 6f1c…'))
    .action(async (id: string, options: InProject, command: Command) => {
      const session = openSession(terminal, command);
      const said = await session.client.notifications.testRule(options.project, id, { signal: terminal.signal });
      session.show(said, () => `${said.outcome}: ${said.message}\n`);
      if (said.outcome !== 'sent') throw new CliError('service_failed', 'The test did not go out.');
    });
}

function listCommand(terminal: Terminal): Command {
  return new Command('list')
    .description('list what was told or waits to be, newest first')
    .option(...project)
    .option('--state <state>', 'only waiting, sent, failed or dropped ones')
    .option('--rule <id>', 'only what this rule has to send')
    .addHelpText('after', examples('notifications list', 'notifications list --state failed'))
    .action(async (options: InProject & { rule?: string; state?: Notification['state'] }, command: Command) => {
      const session = openSession(terminal, command);
      const { project: name, ...filter } = options;
      const found = await Array.fromAsync(
        session.client.notifications.list(name, { ...filter, pageSize: 1_000, signal: terminal.signal }),
      );
      session.show(found, () =>
        found.length === 0
          ? 'No notifications.\n'
          : table(
              terminal,
              [
                { title: 'AT', value: (one) => one.createdAt },
                { title: 'STATE', value: (one) => one.state },
                { title: 'TRIES', align: 'right', value: (one) => one.attempts },
                { title: 'RULE', value: (one) => one.rule },
                { title: 'WHAT', value: (one) => one.title },
                { title: 'REASON', value: (one) => one.reason },
              ],
              found,
            ),
      );
    });
}

/** `tributary notifications list`, `tributary notifications rule list|create|delete|test` */
export function notificationCommand(terminal: Terminal): Command {
  const notification = new Command('notifications')
    .alias('notification')
    .description('who is told what, and what became of it');
  const rule = new Command('rule').description('rules that say which events go out by which connection');
  for (const make of [listRulesCommand, createRuleCommand, deleteRuleCommand, testRuleCommand])
    rule.addCommand(make(terminal));
  notification.addCommand(rule);
  notification.addCommand(listCommand(terminal));
  return notification;
}
