import type { ComponentDeclaration } from '../declaration.ts';

/** Requests: their URL, their parts and what they carry. */
export const requesters: readonly ComponentDeclaration[] = [
  {
    name: 'HttpRequester',
    about: 'Sends one kind of HTTP request.',
    fields: {
      url_base: {
        shapes: ['string'],
        deprecated: 'url',
        context: [
          'config',
          'next_page_token',
          'stream_interval',
          'stream_partition',
          'stream_slice',
          'creation_response',
          'polling_response',
          'download_target',
        ],
      },
      url: {
        shapes: ['string'],
        context: [
          'config',
          'next_page_token',
          'stream_interval',
          'stream_partition',
          'stream_slice',
          'creation_response',
          'polling_response',
          'download_target',
        ],
      },
      path: {
        shapes: ['string'],
        deprecated: 'url',
        context: [
          'config',
          'next_page_token',
          'stream_interval',
          'stream_partition',
          'stream_slice',
          'creation_response',
          'polling_response',
          'download_target',
        ],
      },
      http_method: { shapes: [{ oneOf: ['GET', 'POST'] }], default: 'GET' },
      authenticator: {
        shapes: [
          {
            component: [
              'ApiKeyAuthenticator',
              'BasicHttpAuthenticator',
              'BearerAuthenticator',
              'OAuthAuthenticator',
              'JwtAuthenticator',
              'SessionTokenAuthenticator',
              'SelectiveAuthenticator',
              'CustomAuthenticator',
              'NoAuth',
              'LegacySessionTokenAuthenticator',
              'RateLimitedMultipleTokenAuthenticator',
            ],
          },
        ],
        customType: 'CustomAuthenticator',
      },
      fetch_properties_from_endpoint: {
        shapes: [{ component: ['PropertiesFromEndpoint'] }],
        deprecated: 'query_properties',
      },
      query_properties: { shapes: [{ component: ['QueryProperties'] }] },
      request_parameters: {
        shapes: [{ mapOf: ['string', { component: ['QueryProperties'] }] }, 'string'],
        context: ['next_page_token', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
      request_headers: {
        shapes: [{ mapOf: ['string'] }, 'string'],
        context: ['next_page_token', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
      request_body_data: {
        shapes: [{ mapOf: ['string'] }, 'string'],
        deprecated: 'request_body',
        context: ['next_page_token', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
      request_body_json: {
        shapes: ['object', 'string'],
        deprecated: 'request_body',
        context: ['next_page_token', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
      request_body: {
        shapes: [
          {
            component: [
              'RequestBodyPlainText',
              'RequestBodyUrlEncodedForm',
              'RequestBodyJsonObject',
              'RequestBodyGraphQL',
            ],
          },
        ],
        context: ['next_page_token', 'stream_interval', 'stream_partition', 'stream_slice'],
      },
      error_handler: {
        shapes: [{ component: ['DefaultErrorHandler', 'CompositeErrorHandler', 'CustomErrorHandler'] }],
        defaultType: 'DefaultErrorHandler',
        customType: 'CustomErrorHandler',
      },
      use_cache: { shapes: ['boolean'], default: false },
    },
  },
  {
    name: 'RequestOption',
    about: 'Says where in a request a value goes and under which name.',
    fields: {
      inject_into: { shapes: [{ oneOf: ['request_parameter', 'header', 'body_data', 'body_json'] }], required: true },
      field_name: { shapes: ['string'], context: ['config', 'parameters'] },
      field_path: { shapes: [{ listOf: ['string'] }], context: ['config', 'parameters'] },
    },
  },
  { name: 'RequestPath', about: 'Puts a value in place of the path or the whole URL.', fields: {} },
  {
    name: 'RequestBodyPlainText',
    about: 'A body that is sent as it is written.',
    fields: { value: { shapes: ['string'], required: true } },
  },
  {
    name: 'RequestBodyUrlEncodedForm',
    about: 'A body of form fields.',
    fields: { value: { shapes: [{ mapOf: ['string'] }], required: true } },
  },
  {
    name: 'RequestBodyJsonObject',
    about: 'A body of JSON.',
    fields: { value: { shapes: ['object'], required: true } },
  },
  {
    name: 'RequestBodyGraphQL',
    about: 'A body with a GraphQL query.',
    fields: { value: { shapes: [{ component: ['RequestBodyGraphQlQuery'] }], required: true } },
  },
  {
    name: 'RequestBodyGraphQlQuery',
    about: 'A GraphQL query and what goes with it.',
    typeOptional: true,
    fields: { query: { shapes: ['string'], required: true, default: 'query {\n    \n}' } },
  },
];
