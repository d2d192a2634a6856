import { secret } from '@tributary/connectors/kit/fields';
import { z } from 'zod';
import { NO_APPS, requireApp, type AppNames } from './app-names.ts';
import { credentialFields, timeOf } from './credential-fields.ts';
import { OutsideError } from './outside-error.ts';
import { addressField, idField, outsideProvider } from './outside-provider.ts';
import { callVendor, readAnswer, REFUSALS } from './vendor-call.ts';

const title = 'Composio';

/** Toolkit slugs (docs.composio.dev/toolkits). */
const TOOLKITS: AppNames = {
  google_drive: ['googledrive'],
  google_docs: ['googledocs'],
  google_slides: ['googleslides'],
  google_calendar: ['googlecalendar'],
  onedrive: ['one_drive'],
  powerpoint: ['one_drive'],
  word: ['one_drive'],
  onenote: ['one_drive'],
  teams: ['microsoft_teams'],
  outlook_mail: ['outlook'],
  outlook_calendar: ['outlook'],
  calcom: ['cal'],
  zoho_crm: ['zoho'],
};

const Account = z.looseObject({
  status: z.string(),
  toolkit: z.looseObject({ slug: z.string() }),
  auth_config: z.looseObject({
    id: z.string(),
    is_composio_managed: z.boolean().optional(),
    is_disabled: z.boolean().optional(),
  }),
  is_disabled: z.boolean().optional(),
  state: z.looseObject({ val: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  // Its name before `state`, still sent along.
  data: z.record(z.string(), z.unknown()).nullish(),
});
type Account = z.output<typeof Account>;

/** Statuses of a connected account (docs.composio.dev, connected accounts) other than ACTIVE. */
function requireActive({ status, is_disabled, auth_config }: Account): void {
  if (is_disabled || auth_config.is_disabled) {
    throw new OutsideError('account_gone', 'The account is disabled at Composio. Enable it there.');
  }
  const word = status.toUpperCase();
  if (word === 'ACTIVE') return;
  if (word === 'INITIALIZING' || word === 'INITIATED') {
    throw new OutsideError('configuration', 'The account is not connected yet at Composio. Finish that there first.');
  }
  throw new OutsideError(
    'account_gone',
    `The account is ${word.slice(0, 30).toLowerCase()} at Composio. Connect it anew there.`,
  );
}

/** What stands in place of a value that Composio keeps to itself. */
const isMasked = (value: unknown): boolean => typeof value === 'string' && /^(Bearer )?REDACTED$/i.test(value.trim());

/**
 * Values of accounts on Composio's own auth configs are always redacted (changelog of 22 April 2026), those of others while
 * the project's setting says so.
 */
function refuseMasked(values: Readonly<Record<string, unknown>>, managed: boolean): void {
  const masked = Object.keys(values).filter((name) => isMasked(values[name]));
  if (masked.length === 0) return;
  const names = `Composio hides ${masked.join(', ')} of this account. `;
  throw new OutsideError(
    'configuration',
    managed
      ? `${names}It does so with every account of an auth config that it manages: make an auth config with your own OAuth client, and connect the account by it.`
      : `${names}Turn the project's setting mask_secret_keys_in_connected_account off.`,
  );
}

/** Composio (docs.composio.dev): one connected account by its id, not the list, whose pages go by a cursor. */
export const composio = outsideProvider({
  kind: 'composio',
  title,
  description: 'Accounts that your users have connected at Composio.',
  docs: 'https://docs.composio.dev/api-reference/connected-accounts/get-connected-accounts-by-nanoid',
  unserved: [...NO_APPS, 'ctti', 'document360', 'sharepoint', 'slab'],
  key: z.object({
    api_key: secret({ title: 'API key', description: 'Of the project at Composio.' }),
    base_url: addressField('https://backend.composio.dev'),
  }),
  config: z.object({
    account_id: idField({ title: 'Account', description: 'Id of the connected account: ca_….' }),
    auth_config_id: idField({
      title: 'Auth config',
      description: 'The auth config that the account must belong to: ac_….',
    }).optional(),
  }),
  async validate(ask, { api_key, base_url }) {
    const url = `${base_url}/api/v3/connected_accounts`;
    await callVendor(ask, { title, url, query: { limit: 1 }, headers: { 'x-api-key': api_key } });
  },
  async obtain(ask, { key, config, connector }) {
    const answer = await callVendor(ask, {
      title,
      url: `${key.base_url}/api/v3/connected_accounts/${encodeURIComponent(config.account_id)}`,
      headers: { 'x-api-key': key.api_key },
      accept: [REFUSALS.badRequest, REFUSALS.notFound, REFUSALS.gone],
    });
    if (answer.status >= REFUSALS.badRequest) {
      throw new OutsideError('account_gone', `Composio has no connected account ${config.account_id}.`);
    }
    const account = readAnswer(title, answer, Account);
    requireApp(title, TOOLKITS, connector, account.toolkit.slug);
    if (config.auth_config_id !== undefined && account.auth_config.id !== config.auth_config_id) {
      throw new OutsideError(
        'configuration',
        `The account ${config.account_id} belongs to another auth config of Composio than ${config.auth_config_id}.`,
      );
    }
    requireActive(account);
    const values = account.state?.val ?? account.data ?? {};
    refuseMasked(values, account.auth_config.is_composio_managed ?? false);
    // `expires_in` is not used: since when it counts is not said.
    return { fields: credentialFields(values), goodUntil: timeOf(values['expires_at']) };
  },
});
