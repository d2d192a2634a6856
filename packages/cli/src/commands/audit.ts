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
  rewritten: 'it has not the hash that was noted',
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

function notedEvent(text: string): { readonly sequence: number; readonly hash: string } {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new CliError('usage', `${text}: write --noted as sequence:hash, as an earlier verification printed them.`);
  return { sequence: Number(sequence), hash };
}

/** `tributary audit verify` */
export function auditCommand(terminal: Terminal): Command {
  const audit = new Command('audit').description('the log of changes made through the API');
  audit
    .command('verify')
    .description('tell whether the audit log is as it was written, and where it is not')
    .option('--noted <sequence:hash>', 'an event noted earlier, which must still be in the log')
    .addHelpText(
      'after',
      `${examples('audit verify', 'audit verify --noted 1205:9b1c…')}\nNote sequence and hash of the newest event elsewhere to tell later that nothing before it was changed.\n`,
    )
    .action(async (options: { readonly noted?: string }, command: Command) => {
      const session = openSession(terminal, command);
      const noted = options.noted === undefined ? undefined : notedEvent(options.noted);
      const found = await session.client.audit.verify({ ...(noted && { noted }), signal: terminal.signal });
      session.show(found, () => verificationText(terminal, found));
      if (!found.whole) throw new CliError('service_failed', 'The audit log was changed behind the service’s back.');
    });
  return audit;
}
