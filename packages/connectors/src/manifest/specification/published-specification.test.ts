import { expect, test } from 'vitest';
import { publishedSpecification } from './published-specification.ts';

test('publishes the login of a manifest in the words of the protocol', () => {
  const advanced_auth = {
    type: 'AuthFlow',
    $parameters: { name: 'x' },
    auth_flow_type: 'oauth2.0',
    predicate_key: null,
    oauth_config_specification: {
      type: 'OAuthConfigSpecification',
      oauth_connector_input_specification: { state: { min: 7 } },
    },
  };
  const connection_specification = { type: 'object', properties: { type: { type: 'string' } } };
  expect(
    publishedSpecification({ connection_specification, advanced_auth, documentation_url: 'https://x.test' }),
  ).toEqual({
    connectionSpecification: connection_specification,
    documentationUrl: 'https://x.test',
    advanced_auth: {
      auth_flow_type: 'oauth2.0',
      oauth_config_specification: {
        oauth_connector_input_specification: { scopes_join_strategy: 'space', state: { min: 7 } },
      },
    },
  });
});

test('takes any settings when the manifest says nothing of them', () => {
  expect(publishedSpecification(undefined)).toEqual({
    connectionSpecification: { type: 'object', properties: {}, additionalProperties: true },
  });
});
