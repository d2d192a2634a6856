import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { slack as slackProvider } from '../../providers/slack.ts';

export const slack = await shippedManifest(import.meta.dirname, {
  id: 'slack',
  title: 'Slack',
  description: 'Channels, people, messages and threads of a Slack workspace.',
  labels: ['chat', 'communication'],
  oauth: oauth(slackProvider, {
    scopes: ['channels:read', 'channels:history', 'groups:read', 'groups:history', 'users:read', 'users:read.email'],
  }),
});
