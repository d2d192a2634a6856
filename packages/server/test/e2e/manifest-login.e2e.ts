import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP, ownClient, startOAuthRig, type OAuthRig } from '../harness/oauth-rig.ts';
import { startTestService } from '../harness/service.ts';

/** A manifest whose sign-in is at the authorization server of the rig. */
const notesManifest = (at: string, changes: { readonly consent?: string; readonly token?: string } = {}): string => `
version: 6.0.0
type: DeclarativeSource
check:
  type: CheckStream
  stream_names: [items]
streams:
  - type: DeclarativeStream
    name: items
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: "{{ config['base_url'] }}/items"
        authenticator:
          type: SelectiveAuthenticator
          authenticator_selection_path: [credentials, auth_type]
          authenticators:
            oauth2.0:
              type: BearerAuthenticator
              api_token: "{{ config['credentials']['access_token'] }}"
            token:
              type: BearerAuthenticator
              api_token: "{{ config['credentials']['api_token'] }}"
      record_selector:
        type: RecordSelector
        extractor: { type: DpathExtractor, field_path: [] }
    schema_loader:
      type: InlineSchemaLoader
      schema: { type: object, properties: { id: { type: integer }, text: { type: string } } }
spec:
  type: Spec
  connection_specification:
    type: object
    title: Notes
    required: [base_url, credentials, account]
    properties:
      base_url: { type: string }
      account: { type: string }
      credentials:
        type: object
        oneOf:
          - required: [auth_type, client_id, client_secret, access_token]
            properties:
              auth_type: { type: string, const: oauth2.0 }
              client_id: { type: string }
              client_secret: { type: string, airbyte_secret: true }
              access_token: { type: string, airbyte_secret: true }
              scopes_given: { type: string }
          - required: [auth_type, api_token]
            properties:
              auth_type: { type: string, const: token }
              api_token: { type: string, airbyte_secret: true }
  advanced_auth:
    auth_flow_type: oauth2.0
    predicate_key: [credentials, auth_type]
    predicate_value: oauth2.0
    oauth_config_specification:
      oauth_connector_input_specification:
        consent_url: "${changes.consent ?? `${at}/auth`}?response_type=code&prompt=consent&{{client_id_key}}={{client_id_value}}&{{redirect_uri_key}}={{ {{redirect_uri_value}} | urlEncoder }}&{{scope_key}}={{ {{scope_value}} | urlEncoder }}&{{state_key}}={{state_value}}&code_challenge={{ {{state_value}} | codeChallengeS256 }}&code_challenge_method=S256"
        scope: openid offline_access items
        access_token_url: "${changes.token ?? `${at}/token`}"
        access_token_headers:
          Content-Type: application/x-www-form-urlencoded
        access_token_params:
          grant_type: authorization_code
          "{{ auth_code_key }}": "{{ auth_code_value }}"
          "{{ client_id_key }}": "{{ client_id_value }}"
          "{{ client_secret_key }}": "{{ client_secret_value }}"
          "{{ redirect_uri_key }}": "{{ redirect_uri_value }}"
          code_verifier: "{{ state_value }}"
        extract_output: [access_token, refresh_token, scope]
      complete_oauth_output_specification:
        required: [access_token]
        properties:
          access_token: { type: string, path_in_connector_config: [credentials, access_token] }
          account: { type: string, path_in_connector_config: [account] }
          scope: { type: string, path_in_connector_config: [credentials, scopes_given] }
      complete_oauth_server_output_specification:
        required: [client_id, client_secret]
        properties:
          client_id: { type: string, path_in_connector_config: [credentials, client_id] }
          client_secret: { type: string, path_in_connector_config: [credentials, client_secret] }
`;

let rig: OAuthRig;
const add = async (name: string, manifest: string) => {
  const added = await rig.t.api('POST', '/tributary/v1/connectors', { name, manifest });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
};

describe('a manifest that describes how people sign in', () => {
  beforeAll(async () => {
    rig = await startOAuthRig();
    await add('notes', notesManifest(rig.server.url));
  });
  afterAll(() => rig.stop());

  it('offers the sign-in beside the settings, without what it replaces', async () => {
    const { body } = await rig.t.api('GET', '/sources/notes');
    expect(body.auth_methods).toEqual(expect.arrayContaining(['direct', 'oauth_browser', 'oauth_byoc', 'oauth_token']));
    expect(body).toMatchObject({ oauth_type: 'with_refresh', requires_byoc: true });
    const fields = body.config_fields.fields as { readonly name: string; readonly required: boolean }[];
    expect(fields.filter(({ name }) => name !== 'entities').map(({ name, required }) => [name, required])).toEqual([
      ['base_url', true],
      ['account', false],
    ]);
  });

  it('F1-8 goes through the provider, reads with its tokens and renews them', async () => {
    const { server, t } = rig;
    const created = await rig.create({ short_name: 'notes', config: { base_url: server.url } });
    expect(created.status, JSON.stringify(created.body)).toBe(200);
    const { auth, id } = created.body;
    const end = await rig.allow(auth.auth_url);
    expect(end.href).toBe(`${APP}?status=success&source_connection_id=${id}`);
    const verified = await t.api('POST', `/source-connections/${id}/verify-oauth`, { claim_token: auth.claim_token });
    expect(verified.status).toBe(200);
    const first = await t.waitForJob(id);
    expect(first, first.error).toMatchObject({ status: 'completed', entities_inserted: 2 });

    const before = server.tokenRequests();
    server.lapse();
    server.items = [...server.items, 'A lantern more'];
    await t.api('POST', `/source-connections/${id}/run`);
    const second = await t.waitForJob(id);
    expect(second, second.error).toMatchObject({ status: 'completed', entities_inserted: 1 });
    expect(server.tokenRequests()).toBe(before + 1);
    const shown = await t.api('GET', `/source-connections/${id}`);
    expect(JSON.stringify(shown.body)).not.toContain(ownClient(server).client_secret);
  });
});

describe('a manifest whose sign-in leads elsewhere', () => {
  it('F1-6 sends nobody to a private address or over plain HTTP', async () => {
    const t = await startTestService({
      TRIBUTARY_ALLOW_PRIVATE_NETWORK: '',
      TRIBUTARY_REDIRECT_URLS: 'https://app.example.com',
    });
    try {
      for (const [name, consent] of [
        ['plain', 'http://127.0.0.1:4999/auth'],
        ['named', 'http://localhost:4999/auth'],
      ] as const) {
        await t.api('POST', '/tributary/v1/connectors', {
          name,
          manifest: notesManifest('https://vendor.example', { consent }),
        });
        const { body } = await t.api('POST', '/source-connections', {
          short_name: name,
          readable_collection_id: await t.newCollection(),
          config: { base_url: 'https://vendor.example' },
          authentication: { client_id: 'a', client_secret: 'canary-client-secret' },
          redirect_url: APP,
        });
        const gone = await fetch(body.auth.auth_url, { redirect: 'manual' });
        expect(gone.headers.get('location')).toContain('reason=host_access_refused');
      }
    } finally {
      await t.stop();
    }
  });
});
