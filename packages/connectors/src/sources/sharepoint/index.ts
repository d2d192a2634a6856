import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import type { CustomPort } from '../../manifest/model/custom-components.ts';
import { htmlTextTransformation } from '../../ports/html-text-transformation.ts';
import { wholeTextDecoder } from '../../ports/whole-text-decoder.ts';
import { microsoft } from '../../providers/microsoft.ts';

export const sharepoint = await shippedManifest(import.meta.dirname, {
  id: 'sharepoint',
  title: 'SharePoint',
  description: 'Sites of SharePoint with their libraries, files, pages and lists.',
  labels: ['files', 'documents'],
  oauth: oauth(microsoft, { scopes: ['Sites.Read.All'] }),
  custom: new Map<string, CustomPort>([
    ['tributary.HtmlText', htmlTextTransformation],
    ['tributary.WholeText', wholeTextDecoder],
  ]),
});
