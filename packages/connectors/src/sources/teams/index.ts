import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import type { CustomPort } from '../../manifest/model/custom-components.ts';
import { htmlTextTransformation } from '../../ports/html-text-transformation.ts';
import { microsoft } from '../../providers/microsoft.ts';

export const teams = await shippedManifest(import.meta.dirname, {
  id: 'teams',
  title: 'Microsoft Teams',
  description: 'Teams and channels of Microsoft Teams, chats, and the messages in them.',
  labels: ['Messaging'],
  oauth: oauth(microsoft, {
    scopes: ['Team.ReadBasic.All', 'Channel.ReadBasic.All', 'ChannelMessage.Read.All', 'Chat.Read'],
  }),
  custom: new Map<string, CustomPort>([['tributary.HtmlText', htmlTextTransformation]]),
});
