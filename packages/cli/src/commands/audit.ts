import { Command } from 'commander';
import type { AuditVerification } from '@tributary/sdk/native-model';
import { CliError } from '../exit-codes.ts';
import { examples, openSession } from '../session.ts';
import { facts, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** What each kind of break means to the person who reads it. */
const meanings: Readonly<Record<AuditVerification['breaks'][number]['reason'], string>> = {
  missing: 'events before it are gone',
  altered: 'it is not as it was written',
  unlinked: 'it does not follow the one before',
  foreign: 'it was put in without a place in the chain',
};

function verificationText(terminal: Terminal, found: AuditVerification): string {
  const range = found.events === 0 ? 'none' : `${found.firstSequence ?? '?'} to ${found.lastSequence ?? '?'}`;
  const said = facts([
    ['log', found.whole ? 'whole' : 'NOT WHOLE'],
    ['events', found.events],
    ['sequence', range],
    ['hash of the newest', found.hash],
    ['without a chain', found.unchained === 0 ? null : found.unchained],
  ]);
  if (found.whole) return said;
  const columns = [
    { title: 'SEQUENCE', align: 'right', value: (one: AuditVerification['breaks'][number]) => one.sequence },
    { title: 'EVENT', value: (one: AuditVerification['breaks'][number]) => one.eventId },
    { title: 'WHAT', value: (one: AuditVerification['breaks'][number]) => meanings[one.reason] },
  ] as const;
  return said + table(terminal, columns, found.breaks);
}

/** `tributary audit verify` */
export function auditCommand(terminal: Terminal): Command {
  const audit = new Command('audit').description('the log of changes made through the API');
  audit
    .command('verify')
    .description('tell whether the audit log is as it was written, and where it is not')
    .addHelpText(
      'after',
      `${examples('audit verify', 'audit verify --json')}\nNote the hash of the newest event elsewhere to tell later that nothing before it was changed.\n`,
    )
    .action(async (_options: object, command: Command) => {
      const session = openSession(terminal, command);
      const found = await session.client.audit.verify({ signal: terminal.signal });
      session.show(found, () => verificationText(terminal, found));
      if (!found.whole) throw new CliError('service_failed', 'The audit log was changed behind the service’s back.');
    });
  return audit;
}
