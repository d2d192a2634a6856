import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { wholeTextDecoder } from '../../ports/whole-text-decoder.ts';
import { box as provider } from '../../providers/box.ts';

export const box = await shippedManifest(import.meta.dirname, {
  id: 'box',
  title: 'Box',
  description: 'Files and folders of Box, the text of text files, and comments.',
  labels: ['files'],
  oauth: oauth(provider),
  custom: new Map([['tributary.WholeText', wholeTextDecoder]]),
});
