import type { Connector } from '../../kit/connector.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { Attachment, attachmentKey, attachmentSearchText, describeAttachment } from './attachment.ts';
import { auth, Config, portOf } from './config.ts';
import { MailCursor } from './cursor.ts';
import { fetchAttachments } from './fetch-attachments.ts';
import { fetchMessages } from './fetch-messages.ts';
import { describeMessage, Message, messageKey, messageText } from './message.ts';
import { openSession } from './open-session.ts';
import { readMail } from './read-mail.ts';

const declared = defineConnector(
  {
    id: 'imap',
    title: 'IMAP',
    description: 'Reads the messages of a mail account and the documents that are attached to them.',
    labels: ['Email'],
    auth,
    config: Config,
    endpoint: ['host', 'port', 'tls', 'ca'],
    limits: { requestsPerMinute: 6_000, concurrency: 2 },
    continuous: { everySeconds: 1 },
    async check(ctx) {
      const session = await openSession(ctx);
      await session.close();
      return { account: `${ctx.credentials.username}@${ctx.config.host}:${portOf(ctx.config)}` };
    },
  },
  (stream) => ({
    messages: stream({
      title: 'Messages',
      entityType: 'ImapMessageEntity',
      row: Message,
      cursor: MailCursor,
      primaryKey: ['mailbox', 'uid_validity', 'uid'],
      incremental: true,
      key: ({ mailbox, uid_validity, uid }) => messageKey(mailbox, uid_validity, uid),
      text: messageText,
      describe: describeMessage,
      fields: ({ text: _text, ...kept }) => kept,
      read: (ctx, since) =>
        readMail(
          ctx,
          {
            showsFlags: true,
            keysOf: ({ path, validity }, uid) => [messageKey(path, validity, uid)],
            read: fetchMessages,
          },
          since,
        ),
    }),
    attachments: stream({
      title: 'Attachments',
      entityType: 'ImapAttachmentEntity',
      row: Attachment,
      cursor: MailCursor,
      primaryKey: ['mailbox', 'uid_validity', 'uid', 'number'],
      incremental: true,
      key: ({ mailbox, uid_validity, uid, number }) => attachmentKey(mailbox, uid_validity, uid, number),
      text: attachmentSearchText,
      describe: describeAttachment,
      fields: ({ text: _text, ...kept }) => kept,
      read: (ctx, since) =>
        readMail(
          ctx,
          {
            showsFlags: false,
            keysOf: ({ path, validity, most }, uid) =>
              Array.from({ length: most }, (_, index) => attachmentKey(path, validity, uid, index + 1)),
            read: fetchAttachments,
          },
          since,
        ),
    }),
  }),
);

/** Mail and what is attached to it, of one account on an IMAP server. */
export const imap: Connector = {
  ...declared,
  async discover(ctx) {
    const { attachments } = Config.pick({ attachments: true }).parse(ctx.config);
    return (await declared.discover(ctx)).filter(({ name }) => attachments || name !== 'attachments');
  },
};
