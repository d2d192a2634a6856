import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type RunningDovecot, startDovecot } from '../../testing/dovecot.ts';
import { imap } from './index.ts';
import { mailOf, mailProgram } from './testing-mail.ts';

const program = findDebianProgram('dovecot', 'dovecot-imapd');

const attached = (number: number) => ({
  subject: `Number ${number}`,
  headers: ['Content-Type: multipart/mixed; boundary=cut'],
  body: Buffer.from(
    `--cut\r\nContent-Type: text/plain\r\n\r\nSee the list.\r\n--cut\r\nContent-Type: text/csv; name=list-${number}.csv\r\n` +
      `Content-Disposition: attachment\r\n\r\na,b\r\n1,${number}\r\n--cut--\r\n`,
  ),
});

describe.skipIf(program === undefined)('against a real server', () => {
  let server: RunningDovecot;
  describeConnector(imap, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      server = await startDovecot({ program: program ?? '' });
      const client = await mailProgram(server);
      await client.mailboxCreate('Projects/Été');
      for (let number = 1; number <= 230; number += 1)
        await client.append('INBOX', mailOf(number % 10 === 0 ? attached(number) : { subject: `Mail ${number}` }));
      for (let number = 1; number <= 30; number += 1) await client.append('Projects/Été', mailOf(attached(number)));
      await client.logout();
      return {
        config: { host: server.host, port: server.port, tls: 'none' },
        credentials: { username: server.user, password: server.password },
      };
    },
    cleanup: () => server.stop(),
    refusedCredentials: () => ({ username: server.user, password: 'not-the-canary-0815' }),
  });
});
