import type { OAuthProvider } from './kit/oauth-provider.ts';
import { airtable } from './providers/airtable.ts';
import { asana } from './providers/asana.ts';
import { atlassian } from './providers/atlassian.ts';
import { attio } from './providers/attio.ts';
import { bitbucket } from './providers/bitbucket.ts';
import { box } from './providers/box.ts';
import { calendly } from './providers/calendly.ts';
import { clickup } from './providers/clickup.ts';
import { discord } from './providers/discord.ts';
import { dropbox } from './providers/dropbox.ts';
import { figma } from './providers/figma.ts';
import { github } from './providers/github.ts';
import { githubApp } from './providers/github-app.ts';
import { gitlab } from './providers/gitlab.ts';
import { google } from './providers/google.ts';
import { hubspot } from './providers/hubspot.ts';
import { intercom } from './providers/intercom.ts';
import { linear } from './providers/linear.ts';
import { mailchimp } from './providers/mailchimp.ts';
import { microsoft } from './providers/microsoft.ts';
import { microsoftTenant } from './providers/microsoft-tenant.ts';
import { miro } from './providers/miro.ts';
import { monday } from './providers/monday.ts';
import { notion } from './providers/notion.ts';
import { pipedrive } from './providers/pipedrive.ts';
import { salesforce } from './providers/salesforce.ts';
import { shopify } from './providers/shopify.ts';
import { slack } from './providers/slack.ts';
import { slackUser } from './providers/slack-user.ts';
import { stripe } from './providers/stripe.ts';
import { todoist } from './providers/todoist.ts';
import { trello } from './providers/trello.ts';
import { typeform } from './providers/typeform.ts';
import { webflow } from './providers/webflow.ts';
import { wrike } from './providers/wrike.ts';
import { xero } from './providers/xero.ts';
import { zendesk } from './providers/zendesk.ts';
import { zoho } from './providers/zoho.ts';
import { zoom } from './providers/zoom.ts';

/** Every OAuth provider by its id; sorted. */
export const providerCatalog: Readonly<Record<string, OAuthProvider>> = {
  airtable,
  asana,
  atlassian,
  attio,
  bitbucket,
  box,
  calendly,
  clickup,
  discord,
  dropbox,
  figma,
  github,
  github_app: githubApp,
  gitlab,
  google,
  hubspot,
  intercom,
  linear,
  mailchimp,
  microsoft,
  microsoft_tenant: microsoftTenant,
  miro,
  monday,
  notion,
  pipedrive,
  salesforce,
  shopify,
  slack,
  slack_user: slackUser,
  stripe,
  todoist,
  trello,
  typeform,
  webflow,
  wrike,
  xero,
  zendesk,
  zoho,
  zoom,
};
