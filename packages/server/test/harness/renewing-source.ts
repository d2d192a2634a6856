import { readFileSync } from 'node:fs';

/**
 * A source of the Airbyte protocol that renews its refresh token in every run and tells so, as sources of providers do whose
 * refresh tokens are good once. Run as `node renewing-source.ts spec|check|discover|read …`; the provider is the
 * authorization server of the harness at the port of the configuration.
 */
const [action = 'spec', ...words] = process.argv.slice(2);

interface Config {
  readonly port: string;
  readonly credentials: {
    readonly auth_type: string;
    readonly client_id: string;
    readonly client_secret: string;
    readonly refresh_token: string;
  };
}

const say = (message: unknown): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const text = { type: 'string' };
const secret = { type: 'string', airbyte_secret: true };
const at = (...path: string[]) => ({ type: 'string', path_in_connector_config: path });
const stream = {
  name: 'items',
  json_schema: { type: 'object', properties: { id: { type: 'integer' }, text } },
  supported_sync_modes: ['full_refresh'],
  source_defined_primary_key: [['id']],
};

const SPEC = {
  protocol_version: '0.5.2',
  connectionSpecification: {
    title: 'Renewing source',
    type: 'object',
    required: ['port', 'credentials'],
    properties: {
      port: text,
      credentials: {
        type: 'object',
        required: ['auth_type', 'client_id', 'client_secret', 'refresh_token'],
        properties: {
          auth_type: { type: 'string', const: 'oauth2.0' },
          client_id: text,
          client_secret: secret,
          access_token: secret,
          refresh_token: secret,
          token_expiry_date: text,
        },
      },
    },
  },
  advanced_auth: {
    auth_flow_type: 'oauth2.0',
    predicate_key: ['credentials', 'auth_type'],
    predicate_value: 'oauth2.0',
    oauth_config_specification: {
      oauth_user_input_from_connector_config_specification: { type: 'object', properties: { port: at('port') } },
      oauth_connector_input_specification: {
        consent_url:
          'http://127.0.0.1:{{port}}/auth?response_type=code&prompt=consent&{{client_id_param}}&{{redirect_uri_param}}&{{scope_param}}&{{state_param}}&code_challenge={{ {{state_value}} | codeChallengeS256 }}&code_challenge_method=S256',
        scope: 'openid offline_access items',
        access_token_url: 'http://127.0.0.1:{{port}}/token',
        access_token_headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        access_token_params: {
          grant_type: 'authorization_code',
          code: '{{ auth_code_value }}',
          client_id: '{{ client_id_value }}',
          client_secret: '{{ client_secret_value }}',
          redirect_uri: '{{ redirect_uri_value }}',
          code_verifier: '{{ state_value }}',
        },
        extract_output: ['access_token', 'refresh_token'],
      },
      complete_oauth_output_specification: {
        type: 'object',
        properties: {
          access_token: at('credentials', 'access_token'),
          refresh_token: at('credentials', 'refresh_token'),
          token_expiry_date: at('credentials', 'token_expiry_date'),
        },
      },
      complete_oauth_server_output_specification: {
        type: 'object',
        properties: {
          client_id: at('credentials', 'client_id'),
          client_secret: at('credentials', 'client_secret'),
        },
      },
    },
  },
};

/** A new access token; the refresh token behind it is told of at once, since the old one is dead. */
async function renew(config: Config): Promise<string> {
  const { client_id, client_secret, refresh_token } = config.credentials;
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id, client_secret, refresh_token });
  const answer = await fetch(`http://127.0.0.1:${config.port}/token`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(`the provider says ${answer.status}`);
  const tokens = (await answer.json()) as { readonly access_token: string; readonly refresh_token: string };
  const { access_token } = tokens;
  const credentials = { ...config.credentials, access_token, refresh_token: tokens.refresh_token };
  const connectorConfig = { config: { ...config, credentials } };
  say({ type: 'CONTROL', control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig } });
  return access_token;
}

async function run(): Promise<void> {
  if (action === 'spec') return say({ type: 'SPEC', spec: SPEC });
  const config = JSON.parse(readFileSync(words[words.indexOf('--config') + 1] ?? '', 'utf8')) as Config;
  const token = await renew(config);
  if (action === 'check') return say({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } });
  if (action === 'discover') return say({ type: 'CATALOG', catalog: { streams: [stream] } });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${config.port}/items`, { headers });
  for (const data of (await answer.json()) as readonly object[])
    say({ type: 'RECORD', record: { stream: 'items', data, emitted_at: 1 } });
}

await run();
