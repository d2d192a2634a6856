import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { google } from '../../providers/google.ts';
import { messageFields } from './message-fields.ts';

export const gmail = await shippedManifest(import.meta.dirname, {
  id: 'gmail',
  title: 'Gmail',
  description: 'Messages of a Gmail mailbox with their text, and its labels.',
  labels: ['Email'],
  oauth: oauth(google, { scopes: ['https://www.googleapis.com/auth/gmail.readonly'] }),
  custom: new Map([['tributary.GmailMessage', messageFields]]),
});
