import type { ComponentDeclaration } from '../declaration.ts';

/** How requests prove who sends them. */
export const authenticators: readonly ComponentDeclaration[] = [
  { name: 'NoAuth', about: 'Sends nothing.', fields: {} },
  {
    name: 'ApiKeyAuthenticator',
    about: 'Puts a key into a header or another place of the request.',
    fields: {
      api_token: { shapes: ['string'], context: ['config'] },
      header: { shapes: ['string'], context: ['config'] },
      inject_into: { shapes: [{ component: ['RequestOption'] }] },
    },
  },
  {
    name: 'BearerAuthenticator',
    about: 'Sends a token in the `Authorization` header.',
    fields: { api_token: { shapes: ['string'], required: true, context: ['config'] } },
  },
  {
    name: 'BasicHttpAuthenticator',
    about: 'Sends user name and password by HTTP Basic.',
    fields: {
      username: { shapes: ['string'], required: true, context: ['config'] },
      password: { shapes: ['string'], default: '', context: ['config'] },
    },
  },
  {
    name: 'OAuthAuthenticator',
    about: 'Fetches access tokens by OAuth 2.0 and renews them.',
    fields: {
      client_id_name: { shapes: ['string'], default: 'client_id' },
      client_id: { shapes: ['string'], context: ['config'] },
      client_secret_name: { shapes: ['string'], default: 'client_secret' },
      client_secret: { shapes: ['string'], context: ['config'] },
      refresh_token_name: { shapes: ['string'], default: 'refresh_token' },
      refresh_token: { shapes: ['string'], context: ['config'] },
      token_refresh_endpoint: { shapes: ['string'] },
      access_token_name: { shapes: ['string'], default: 'access_token' },
      access_token_value: { shapes: ['string'], context: ['config'] },
      expires_in_name: { shapes: ['string'], default: 'expires_in' },
      grant_type_name: { shapes: ['string'], default: 'grant_type' },
      grant_type: { shapes: ['string'], default: 'refresh_token' },
      refresh_request_body: { shapes: ['object'] },
      refresh_request_headers: { shapes: ['object'] },
      send_refresh_request_as_query_params: { shapes: ['boolean'], default: false },
      scopes: { shapes: [{ listOf: ['string'] }] },
      token_expiry_date: { shapes: ['string'] },
      token_expiry_date_format: { shapes: ['string'] },
      refresh_token_error_status_codes: { shapes: [{ listOf: ['integer'] }] },
      refresh_token_error_key: { shapes: ['string'] },
      refresh_token_error_values: { shapes: [{ listOf: ['string'] }] },
      refresh_token_updater: {
        shapes: [
          {
            object: {
              refresh_token_name: { shapes: ['string'], default: 'refresh_token' },
              access_token_config_path: { shapes: [{ listOf: ['string'] }], default: ['credentials', 'access_token'] },
              refresh_token_config_path: {
                shapes: [{ listOf: ['string'] }],
                default: ['credentials', 'refresh_token'],
              },
              token_expiry_date_config_path: {
                shapes: [{ listOf: ['string'] }],
                default: ['credentials', 'token_expiry_date'],
              },
              refresh_token_error_status_codes: { shapes: [{ listOf: ['integer'] }], default: [] },
              refresh_token_error_key: { shapes: ['string'], default: '' },
              refresh_token_error_values: { shapes: [{ listOf: ['string'] }], default: [] },
            },
          },
        ],
      },
      profile_assertion: { shapes: [{ component: ['JwtAuthenticator'] }] },
      use_profile_assertion: { shapes: ['boolean'], default: false },
    },
  },
  {
    name: 'JwtAuthenticator',
    about: 'Signs a JSON Web Token for each while.',
    fields: {
      secret_key: { shapes: ['string'], required: true, context: ['config'] },
      base64_encode_secret_key: { shapes: ['boolean'], default: false },
      algorithm: {
        shapes: [
          {
            oneOf: [
              'HS256',
              'HS384',
              'HS512',
              'ES256',
              'ES256K',
              'ES384',
              'ES512',
              'RS256',
              'RS384',
              'RS512',
              'PS256',
              'PS384',
              'PS512',
              'EdDSA',
            ],
          },
        ],
        required: true,
      },
      token_duration: { shapes: ['integer'], default: 1200 },
      header_prefix: { shapes: ['string'] },
      jwt_headers: {
        shapes: [
          {
            object: {
              kid: { shapes: ['string'] },
              typ: { shapes: ['string'], default: 'JWT' },
              cty: { shapes: ['string'] },
            },
          },
        ],
      },
      additional_jwt_headers: { shapes: ['object'] },
      jwt_payload: {
        shapes: [{ object: { iss: { shapes: ['string'] }, sub: { shapes: ['string'] }, aud: { shapes: ['string'] } } }],
      },
      additional_jwt_payload: { shapes: ['object'] },
      passphrase: { shapes: ['string'] },
      request_option: { shapes: [{ component: ['RequestOption'] }] },
    },
  },
  {
    name: 'SessionTokenAuthenticator',
    about: 'Signs in by a request and uses the token of its answer.',
    fields: {
      login_requester: { shapes: [{ component: ['HttpRequester'] }], required: true },
      session_token_path: { shapes: [{ listOf: ['string'] }], required: true },
      expiration_duration: { shapes: ['string'] },
      request_authentication: {
        shapes: [{ component: ['SessionTokenRequestApiKeyAuthenticator', 'SessionTokenRequestBearerAuthenticator'] }],
        required: true,
      },
      decoder: { shapes: [{ component: ['JsonDecoder', 'XmlDecoder'] }] },
    },
  },
  {
    name: 'SessionTokenRequestApiKeyAuthenticator',
    tag: 'ApiKey',
    about: 'Sends a session token as a key.',
    fields: {
      inject_into: { shapes: [{ component: ['RequestOption'] }], required: true },
      api_token: { shapes: ['string'], default: '{{ session_token }}', context: ['config', 'session_token'] },
    },
  },
  {
    name: 'SessionTokenRequestBearerAuthenticator',
    tag: 'Bearer',
    about: 'Sends a session token as a bearer token.',
    fields: {},
  },
  {
    name: 'LegacySessionTokenAuthenticator',
    about: 'The older form of sign-in by a session token.',
    deprecated: 'SessionTokenAuthenticator',
    fields: {
      header: { shapes: ['string'], required: true },
      login_url: { shapes: ['string'], required: true },
      session_token: { shapes: ['string'] },
      session_token_response_key: { shapes: ['string'], required: true },
      username: { shapes: ['string'] },
      password: { shapes: ['string'], default: '' },
      validate_session_url: { shapes: ['string'], required: true },
    },
  },
  {
    name: 'SelectiveAuthenticator',
    about: 'Chooses among authenticators by a value of the configuration.',
    fields: {
      authenticator_selection_path: { shapes: [{ listOf: ['string'] }], required: true },
      authenticators: {
        shapes: [
          {
            mapOf: [
              {
                component: [
                  'ApiKeyAuthenticator',
                  'BasicHttpAuthenticator',
                  'BearerAuthenticator',
                  'OAuthAuthenticator',
                  'JwtAuthenticator',
                  'SessionTokenAuthenticator',
                  'LegacySessionTokenAuthenticator',
                  'CustomAuthenticator',
                  'NoAuth',
                  'RateLimitedMultipleTokenAuthenticator',
                ],
              },
            ],
          },
        ],
        required: true,
      },
    },
  },
  {
    name: 'RateLimitedMultipleTokenAuthenticator',
    about: 'Takes turns among tokens, by what each has left of its quota.',
    fields: {
      tokens: { shapes: ['string', { listOf: ['string'] }], required: true, minItems: 1, context: ['config'] },
      token_delimiter: { shapes: ['string'], default: ',' },
      auth_method: { shapes: ['string'], default: 'Bearer' },
      header: { shapes: ['string'], default: 'Authorization' },
      quota_status_source: { shapes: [{ component: ['QuotaStatusSource'] }], required: true },
      quotas: { shapes: [{ listOf: [{ component: ['TokenQuota'] }] }], required: true, minItems: 1 },
      max_wait_time: { shapes: ['string'], default: 'PT2H', context: ['config'] },
      budget_reserve_fraction: { shapes: ['number'], default: 0.1 },
      budget_min_reserve: { shapes: ['integer'], default: 50 },
    },
  },
  {
    name: 'QuotaStatusSource',
    about: 'Where a token asks what it has left.',
    fields: {
      url: { shapes: ['string'], required: true, context: ['config'] },
      http_method: { shapes: [{ oneOf: ['GET', 'POST'] }], default: 'GET' },
      request_headers: { shapes: [{ mapOf: ['string'] }] },
      unavailable_status_codes: { shapes: [{ listOf: ['integer'] }] },
    },
  },
  {
    name: 'TokenQuota',
    about: 'One quota of a token, and the requests that count against it.',
    fields: {
      name: { shapes: ['string'], required: true },
      remaining_path: { shapes: [{ listOf: ['string'] }], required: true },
      reset_path: { shapes: [{ listOf: ['string'] }], required: true },
      limit_path: { shapes: [{ listOf: ['string'] }] },
      matchers: { shapes: [{ listOf: [{ component: ['HttpRequestRegexMatcher'] }] }] },
      remaining_header: { shapes: ['string'] },
      reset_header: { shapes: ['string'] },
      limit_header: { shapes: ['string'] },
      exhaustion_status_codes: { shapes: [{ listOf: ['integer'] }] },
    },
  },
];
