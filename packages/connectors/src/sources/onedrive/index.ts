import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import type { CustomPort } from '../../manifest/model/custom-components.ts';
import { wholeTextDecoder } from '../../ports/whole-text-decoder.ts';
import { microsoft } from '../../providers/microsoft.ts';

export const onedrive = await shippedManifest(import.meta.dirname, {
  id: 'onedrive',
  title: 'OneDrive',
  description: 'Files and folders of OneDrive, and the text of text files.',
  labels: ['files'],
  oauth: oauth(microsoft, { scopes: ['Files.Read.All'] }),
  custom: new Map<string, CustomPort>([['tributary.WholeText', wholeTextDecoder]]),
});
