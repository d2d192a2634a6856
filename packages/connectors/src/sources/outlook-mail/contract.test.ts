import { describeManifestSource } from '../../testing/manifest-source-contract.ts';
import { outlookMail } from './index.ts';

describeManifestSource(outlookMail, import.meta.dirname, {
  config: {},
  credentials: { access_token: 'canary-outlook_mail-4711' },
  hosts: ['graph.microsoft.com'],
  lets: (headers) => headers.authorization === 'Bearer canary-outlook_mail-4711',
  knows: {
    messages: ['text', 'Dear Bo,\nthe seal ring comes on Friday.'],
    mail_folders: ['name', 'Pump works'],
  },
});
