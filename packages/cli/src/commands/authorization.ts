import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import type { Authentication, SourceConnection } from '@tributary/sdk/model';
import { readFieldValues } from '../field-values.ts';
import { examples, openSession, type Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { describe } from './describe-connection.ts';
import { followToEnd } from './jobs.ts';

const POLL_MS = 1_000;

const clientFields = [
  { name: 'client_id', title: 'Client id', type: 'string' },
  { name: 'client_secret', title: 'Client secret', type: 'string' },
];

/** What `--oauth` asks for, with the client that `--client` gives. Throws CliError('usage'). */
export function flowAuthentication(source: string, client: readonly string[] | undefined): Authentication {
  return readFieldValues({ source, option: '--client', fields: clientFields }, client) as Authentication;
}

/** The link, and what comes after it. */
function linkText({ id, auth }: SourceConnection): string {
  const until = auth.auth_url_expires ? ` (until ${auth.auth_url_expires})` : '';
  return `Open this link in a browser and allow access${until}:\n  ${auth.auth_url ?? ''}\nThen: tributary source-connections verify ${id} ${auth.claim_token ?? ''}\n`;
}

/** Shows the link; with `follow` waits for the person, verifies, and shows the first sync to its end. */
export async function showLink(session: Session, made: SourceConnection, follow: boolean): Promise<void> {
  const { client, terminal, json } = session;
  if (!follow) return session.show(made, () => `${describe(made)}\n${linkText(made)}`);
  // With --json the output is for the result alone.
  (json ? terminal.err : terminal.out)(linkText(made));
  const { signal } = terminal;
  // A connection whose grant is gone was authenticated before.
  const before = made.auth.authenticated_at ?? null;
  for (;;) {
    await delay(POLL_MS, undefined, { signal });
    const { auth } = await client.sourceConnections.get(made.id, { signal });
    if (auth.authenticated && (auth.authenticated_at ?? null) !== before) break;
  }
  const verified = await client.sourceConnections.verifyOAuth(made.id, made.auth.claim_token ?? '', { signal });
  const job = verified.sync?.last_job;
  if (!job) return session.show(verified, () => describe(verified));
  await followToEnd(session, made.id, job.id);
}

/** `tributary source-connections verify <id> <claim-token>` */
export function verifyCommand(terminal: Terminal): Command {
  return new Command('verify')
    .description('prove that it was you who began an authorization; the first sync starts')
    .argument('<id>', 'id of the source connection')
    .argument('<claim-token>', 'as it was shown with the link')
    .action(async (id: string, claimToken: string, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const { signal } = terminal;
      const verified = await session.client.sourceConnections.verifyOAuth(id, claimToken, { signal });
      session.show(verified, () => describe(verified));
    });
}

/** `tributary source-connections authorize <id>` */
export function authorizeCommand(terminal: Terminal): Command {
  return new Command('authorize')
    .description('get a new link, where nobody has allowed access yet or the grant is gone')
    .argument('<id>', 'id of the source connection')
    .option('--follow', 'wait until access is allowed, and show the sync that starts then')
    .addHelpText('after', examples('source-connections authorize 6f1c… --follow'))
    .action(async (id: string, options: { follow?: boolean }, command: Command) => {
      const session = openSession(terminal, command);
      const begun = await session.client.sourceConnections.reinitiateOAuth(id, { signal: terminal.signal });
      await showLink(session, begun, options.follow === true);
    });
}
