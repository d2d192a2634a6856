import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { wholeTextDecoder } from '../../ports/whole-text-decoder.ts';
import { google } from '../../providers/google.ts';

export const googleDrive = await shippedManifest(import.meta.dirname, {
  id: 'google_drive',
  title: 'Google Drive',
  description: 'Files, documents with their text, comments and shared drives of Google Drive.',
  labels: ['files', 'documents'],
  oauth: oauth(google, { scopes: ['https://www.googleapis.com/auth/drive.readonly'] }),
  custom: new Map([['tributary.WholeText', wholeTextDecoder]]),
});
