import { bearer } from '@tributary/connectors/kit/authorization';
import { secret } from '@tributary/connectors/kit/fields';
import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import { NO_APPS, requireApp, type AppNames } from './app-names.ts';
import { credentialFields, earliest, timeOf } from './credential-fields.ts';
import { OutsideError } from './outside-error.ts';
import { addressField, idField, outsideProvider, type OutsideAccount, type OutsideAsk } from './outside-provider.ts';
import { callVendor, readAnswer, REFUSALS } from './vendor-call.ts';

const title = 'Pipedream';

/** App slugs (pipedream.com/apps). */
const APPS: AppNames = {
  slack: ['slack_v2'],
  apollo: ['apollo_io'],
  outlook_mail: ['outlook', 'microsoft_outlook'],
  outlook_calendar: ['outlook', 'microsoft_outlook', 'microsoft_outlook_calendar'],
  onedrive: ['microsoft_onedrive'],
  powerpoint: ['microsoft_onedrive'],
  teams: ['microsoft_teams'],
  calcom: ['cal_com'],
  attio: ['attio'],
  zoho_crm: ['zoho_crm'],
};

const Token = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive().default(3600) });

const Account = z.looseObject({
  id: z.string(),
  external_id: z.string().nullish(),
  dead: z.boolean().nullish(),
  app: z.looseObject({ name_slug: z.string() }),
  credentials: z.record(z.string(), z.unknown()).nullish(),
  expires_at: z.unknown().optional(),
  next_refresh_at: z.unknown().optional(),
});

/** The account itself today; in the older pages inside `data`, once as the only one of a list. */
const Answer = z.union([
  Account,
  z.looseObject({ data: Account }).transform(({ data }) => data),
  z.looseObject({ data: z.tuple([Account]) }).transform(({ data: [account] }) => account),
]);

/** A token is replaced this long before its end (it lives an hour). */
const TOKEN_MARGIN_MS = 10 * 60_000;

interface KeptToken {
  readonly token: Secret;
  readonly until: number;
}

const Key = z.object({
  client_id: z.string().min(1).meta({ title: 'Client ID', description: 'Of an OAuth client of your workspace.' }),
  client_secret: secret({ title: 'Client secret' }),
  base_url: addressField('https://api.pipedream.com'),
});
type Key = z.output<typeof Key>;

/** A client-credentials token (pipedream.com/docs/connect/api-reference/authentication). */
async function newToken(ask: OutsideAsk, { client_id, client_secret, base_url }: Key): Promise<KeptToken> {
  const { badRequest } = REFUSALS;
  const answer = await callVendor(ask, {
    title,
    method: 'POST',
    url: `${base_url}/v1/oauth/token`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', client_id, client_secret: client_secret.reveal() }),
    idempotent: true,
    accept: [badRequest],
  });
  if (answer.status === badRequest) {
    throw new OutsideError('key_refused', 'Pipedream does not know this OAuth client, or its secret is another one.');
  }
  const { access_token, expires_in } = readAnswer(title, answer, Token);
  return { token: new Secret(access_token), until: ask.clock.now() + expires_in * 1000 - TOKEN_MARGIN_MS };
}

const AccountConfig = z.object({
  project_id: z
    .string()
    .regex(/^proj_[a-zA-Z0-9]+$/, 'should look like proj_…')
    .meta({ title: 'Project', description: 'Id of the project: proj_….' }),
  account_id: idField({ title: 'Account', description: 'Id of the account: apn_….' }),
  external_user_id: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'User', description: 'Your id of the user whom the account must belong to.' }),
  environment: z
    .enum(['production', 'development'])
    .default('production')
    .meta({ title: 'Environment', description: 'Of the project, where the account was connected.' }),
});
type AccountConfig = z.output<typeof AccountConfig>;

/** Our tokens at Pipedream, by key. */
class Tokens {
  readonly #kept = new Map<string, Promise<KeptToken>>();

  async get(ask: OutsideAsk, keyId: string, key: Key): Promise<Secret> {
    const kept = await this.#kept.get(keyId)?.catch(() => undefined);
    if (kept && kept.until > ask.clock.now()) return kept.token;
    const making = newToken(ask, key);
    this.#kept.set(keyId, making);
    making.catch(() => this.#kept.delete(keyId));
    return (await making).token;
  }

  /** False when there is none. */
  forget(keyId: string): boolean {
    return this.#kept.delete(keyId);
  }
}

/** The account with its credentials; a token of ours that was withdrawn before its time is replaced once. */
async function askAccount(
  ask: OutsideAsk,
  tokens: Tokens,
  { key, keyId, config }: Pick<OutsideAccount<Key, AccountConfig>, 'key' | 'keyId' | 'config'>,
): Promise<HttpResponse> {
  const request = async (): Promise<HttpResponse> =>
    callVendor(ask, {
      title,
      url: `${key.base_url}/v1/connect/${config.project_id}/accounts/${encodeURIComponent(config.account_id)}`,
      query: { include_credentials: true },
      headers: {
        authorization: bearer(await tokens.get(ask, keyId, key)),
        'x-pd-environment': config.environment,
      },
      accept: [REFUSALS.notFound, REFUSALS.gone],
    });
  const answer = await request().catch((error: unknown) => {
    // A second token of the same client says whether the client itself is refused.
    if (!(error instanceof OutsideError) || !tokens.forget(keyId)) throw error;
    return request();
  });
  if (answer.status < REFUSALS.badRequest) return answer;
  throw new OutsideError(
    'account_gone',
    `Pipedream has no account ${config.account_id} in the ${config.environment} environment of this project.`,
  );
}

/** The credentials of an account that is the wanted one, and alive. */
function credentialsOf(account: z.output<typeof Account>, connector: string, config: AccountConfig) {
  requireApp(title, APPS, connector, account.app.name_slug);
  if (config.external_user_id !== undefined && account.external_id !== config.external_user_id) {
    throw new OutsideError('configuration', `The account ${config.account_id} belongs to another user.`);
  }
  if (account.dead) {
    throw new OutsideError('account_gone', 'The account is dead at Pipedream: the source has ended its access.');
  }
  if (account.credentials) return credentialFields(account.credentials);
  throw new OutsideError(
    'configuration',
    'Pipedream gives no credentials of accounts that were connected by its default OAuth client. Connect the account by an OAuth client of your own.',
  );
}

/** Pipedream Connect (pipedream.com/docs/connect); keeps the tokens of its clients for the life of the process. */
export function createPipedream() {
  const tokens = new Tokens();
  return outsideProvider({
    kind: 'pipedream',
    title,
    description: 'Accounts that your users have connected by Pipedream Connect, with OAuth clients of your own.',
    docs: 'https://pipedream.com/docs/connect/api-reference/retrieve-account',
    unserved: [...NO_APPS, 'bitbucket', 'confluence', 'ctti', 'jira', 'onenote', 'servicenow', 'word'],
    key: Key,
    config: AccountConfig,
    async validate(ask, key) {
      await newToken(ask, key);
    },
    async obtain(ask, { key, keyId, config, connector }) {
      const account = readAnswer(title, await askAccount(ask, tokens, { key, keyId, config }), Answer);
      return {
        fields: credentialsOf(account, connector, config),
        goodUntil: earliest(timeOf(account.expires_at), timeOf(account.next_refresh_at)),
      };
    },
  });
}
