import type { JsonObject } from '../../../src/kit/json.ts';
import { manifestOf, streamOf } from './connector-manifests.ts';

const updater: JsonObject = { type: 'RefreshTokenUpdater', refresh_token_name: 'refresh_token' };

/** Places where the name of the component stands for data, by the ids of the rows. */
const blobs: Readonly<Record<string, () => JsonObject>> = {
  'inline-schema-property': () =>
    withOverrides([
      streamOf('users', {
        schema_loader: {
          type: 'InlineSchemaLoader',
          schema: { type: 'object', properties: { refresh_token_updater: { type: 'object' } } },
        },
      }),
    ]),
  'request-parameter-name': () =>
    withOverrides([
      streamOf(
        'users',
        {},
        {
          requester: {
            type: 'HttpRequester',
            url_base: 'https://api.test.com',
            path: '/users',
            request_parameters: { refresh_token_updater: 'x' },
          },
        },
      ),
    ]),
  'top-level-schemas': () =>
    withOverrides([streamOf('users')], {
      schemas: { users: { properties: { refresh_token_updater: { type: 'object' } } } },
    }),
  'override-value-with-type-and-key': () =>
    withOverrides([streamOf('users')], {}, { setting: { type: 'OAuthAuthenticator', refresh_token_updater: updater } }),
};

const withOverrides = (
  streams: readonly JsonObject[],
  change: JsonObject = {},
  overrides: JsonObject = { page_size: 1 },
): JsonObject =>
  manifestOf(streams, {
    check: { type: 'CheckStream', stream_names: ['users'], config_overrides: overrides },
    ...change,
  });

/** A manifest whose check has overrides: beside a token that is renewed, or with its name in some data. */
export function overridesManifest(given: { readonly updater?: JsonObject; readonly blob?: string }): JsonObject {
  const blob = given.blob === undefined ? undefined : blobs[given.blob];
  if (blob) return blob();
  const authenticator = {
    type: 'OAuthAuthenticator',
    token_refresh_endpoint: 'https://api.test.com/token',
    client_id: 'id',
    client_secret: 'secret',
    refresh_token_updater: given.updater ?? updater,
  };
  const requester = { type: 'HttpRequester', url_base: 'https://api.test.com', path: '/users', authenticator };
  return withOverrides([streamOf('users', {}, { requester })]);
}
