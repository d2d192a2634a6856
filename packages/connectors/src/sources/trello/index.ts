import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { trello as trelloProvider } from '../../providers/trello.ts';

/** Boards that a member of Trello can open, with what people write on them. */
export const trello = await shippedManifest(import.meta.dirname, {
  id: 'trello',
  title: 'Trello',
  description: 'Boards with their lists, cards, checklists and comments.',
  labels: ['tasks', 'projects'],
  oauth: oauth(trelloProvider),
});
