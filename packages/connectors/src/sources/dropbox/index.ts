import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { wholeTextDecoder } from '../../ports/whole-text-decoder.ts';
import { dropbox as provider } from '../../providers/dropbox.ts';

export const dropbox = await shippedManifest(import.meta.dirname, {
  id: 'dropbox',
  title: 'Dropbox',
  description: 'Files and folders of Dropbox, the text of text files, and shared links.',
  labels: ['files'],
  oauth: oauth(provider, { scopes: ['files.metadata.read', 'files.content.read', 'sharing.read'] }),
  custom: new Map([['tributary.WholeText', wholeTextDecoder]]),
});
