import { ConnectorError } from '../../kit/connector-error.ts';
import { defineConnectionType } from '../../kit/connection-type.ts';
import type { Notice } from '../../kit/notice.ts';
import { plainSecrets } from '../../kit/redact-text.ts';
import { conditions, Fields, property } from './fields.ts';
import type { EmailContext, Settings } from './fields.ts';
import { toConnectorError } from './mail-error.ts';
import { createMailer } from './mailer.ts';

const failure = (error: unknown, settings: Settings): ConnectorError =>
  toConnectorError(error, settings, plainSecrets([settings.password]));

function senderOf({ from, username }: Settings): string {
  const sender = from ?? username;
  if (sender !== null && sender !== '') return sender;
  throw new ConnectorError('configuration', 'A mail needs a sender. Set from.');
}

function recipientsOf(settings: Settings): string {
  const to = property(settings, 'mail.to') ?? settings.addressToTest;
  if (to !== null && to.trim() !== '') return to;
  throw new ConnectorError('configuration', 'A mail needs a recipient. Set addressToTest, or the property mail.to.');
}

/** One line; whoever makes titles must not be able to add headers. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

function mailOf(notice: Notice, settings: Settings) {
  const facts = Object.entries(notice.facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return {
    from: senderOf(settings),
    to: recipientsOf(settings),
    subject: oneLine(notice.title),
    text: [notice.text, '', ...facts].join('\n').trimEnd(),
    date: new Date(notice.at),
    // A mail that is sent twice is the same mail for whoever reads it.
    messageId: `<${notice.id}@tributary>`,
    priority: notice.severity === 'error' ? ('high' as const) : ('normal' as const),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Tributary-Kind': oneLine(notice.kind) },
  };
}

async function test(ctx: EmailContext): Promise<{ readonly message: string }> {
  const { host, port, auth } = ctx.settings;
  const mailer = await createMailer(ctx);
  try {
    await mailer.verify();
  } catch (error) {
    throw failure(error, ctx.settings);
  } finally {
    mailer.close();
  }
  return { message: `${host}:${port} ${auth ? 'took the login' : 'answers'}; no mail was sent.` };
}

/** Sends mails by SMTP. */
export const email = defineConnectionType({
  id: 'email',
  title: 'E-mail',
  description: 'Sends each notification as a mail by SMTP.',
  fields: Fields,
  conditions,
  notifies: true,
  test,
  async open(ctx) {
    const mailer = await createMailer(ctx);
    return {
      async notify(notice) {
        try {
          await mailer.sendMail(mailOf(notice, ctx.settings));
        } catch (error) {
          throw failure(error, ctx.settings);
        }
      },
      close() {
        mailer.close();
        return Promise.resolve();
      },
    };
  },
});
