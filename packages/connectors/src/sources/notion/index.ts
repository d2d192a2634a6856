import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { notion as notionProvider } from '../../providers/notion.ts';

export const notion = await shippedManifest(import.meta.dirname, {
  id: 'notion',
  title: 'Notion',
  description: 'Pages with their text, data sources, people and comments of a Notion workspace.',
  labels: ['documents', 'wiki'],
  oauth: oauth(notionProvider),
});
