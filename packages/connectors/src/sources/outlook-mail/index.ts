import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { microsoft } from '../../providers/microsoft.ts';

export const outlookMail = await shippedManifest(import.meta.dirname, {
  id: 'outlook_mail',
  title: 'Outlook Mail',
  description: 'Messages of an Outlook mailbox with their text, and its folders.',
  labels: ['Email'],
  oauth: oauth(microsoft, { scopes: ['Mail.Read'] }),
});
