import type { OutsideKind } from '../outside-provider.ts';
import type { Seen, Vendor, VendorAnswer, VendorRig } from './vendor-rig.ts';

/** What a vendor's servers hold; tests change it. */
export interface PlayedState {
  /** The token of the account; `undefined`: the vendor has no such account any more. */
  token: string | undefined;
  /** Whether our key is good. */
  keyIsGood: boolean;
}

export interface PlayedVendor extends Vendor {
  readonly kind: OutsideKind;
  readonly state: PlayedState;
  /** `auth_fields` and `provider_config` for it. */
  readonly authFields: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, string>>;
}

const notFound: VendorAnswer = { status: 404, body: { error: 'not found' } };

const instance = '0b8f7a1e-1111-4222-8333-444455556666';

interface Script {
  readonly authFields: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, string>>;
  /** The answer to a request that our key was good for. */
  readonly answer: (seen: Seen, app: string, token: string | undefined) => VendorAnswer;
}

const scripts: Readonly<Record<OutsideKind, Script>> = {
  composio: {
    authFields: { api_key: 'canary-vendor-key' },
    config: { account_id: 'ca_1', auth_config_id: 'ac_1' },
    answer({ path }, app, token) {
      if (path === '/api/v3/connected_accounts') return { body: { items: [], next_cursor: null } };
      if (token === undefined || !path.endsWith('/ca_1')) return notFound;
      const auth_config = { id: 'ac_1', auth_scheme: 'OAUTH2', is_composio_managed: false, is_disabled: false };
      const state = { authScheme: 'OAUTH2', val: { access_token: token, expires_in: 3600 } };
      return { body: { id: 'ca_1', status: 'ACTIVE', toolkit: { slug: app }, auth_config, state } };
    },
  },
  custom: {
    authFields: { api_key: 'canary-vendor-key' },
    config: {},
    answer: ({ path }, _, token) =>
      token === undefined || path.endsWith('/00000000-0000-4000-8000-000000000000')
        ? notFound
        : { body: { access_token: token } },
  },
  klavis: {
    authFields: { api_key: 'canary-vendor-key' },
    config: { instance_id: instance },
    answer: ({ path }, _, token) =>
      token === undefined || !path.includes(instance)
        ? notFound
        : { body: { success: true, authData: { access_token: token }, error: null } },
  },
  nango: {
    authFields: { secret_key: 'canary-vendor-key' },
    config: { connection_id: 'c1', provider_config_key: 'app-1' },
    answer: ({ path }, app, token) =>
      token === undefined || !path.endsWith('/c1')
        ? notFound
        : { body: { connection_id: 'c1', provider: app, credentials: { type: 'OAUTH2', access_token: token } } },
  },
  pipedream: {
    authFields: { client_id: 'client-0123456789', client_secret: 'canary-vendor-key' },
    config: { project_id: 'proj_1', account_id: 'apn_1', external_user_id: 'user-1', environment: 'development' },
    answer({ path }, app, token) {
      if (path === '/v1/oauth/token') return { body: { access_token: 'pd-token', expires_in: 3600 } };
      if (token === undefined || !path.endsWith('/apn_1')) return notFound;
      const credentials = { oauth_access_token: token };
      return { body: { id: 'apn_1', external_id: 'user-1', dead: false, app: { name_slug: app }, credentials } };
    },
  },
};

/** A vendor with one account of one app, which plays the calls that its adapter makes as the vendor documents them. */
export async function playVendor(rig: VendorRig, kind: OutsideKind, app: string, token: string): Promise<PlayedVendor> {
  const { authFields, config, answer } = scripts[kind];
  const state: PlayedState = { token, keyIsGood: true };
  const vendor = await rig.vendor((seen) =>
    state.keyIsGood ? answer(seen, app, state.token) : { status: 401, body: { error: 'unauthorized' } },
  );
  return { ...vendor, kind, state, config, authFields: { ...authFields, base_url: vendor.origin } };
}
