import { describe, expect, test } from 'vitest';
import { parseConfig, parseCredentials } from '../../kit/connector-context.ts';
import type { JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { fieldFacts } from '../../kit/type-schema.ts';
import { connectorSpec } from '../../protocol/connector-spec.ts';
import { plainConfig } from '../configuration/plain-config.ts';
import { manifestConnector } from './manifest-connector.ts';

const stream = {
  type: 'DeclarativeStream',
  name: 'users',
  primary_key: 'id',
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: { id: { type: 'integer' } } } },
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: 'https://api.example.test', path: '/users' },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  },
};

const connection_specification: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Example',
  type: 'object',
  required: ['api_key', 'start_date'],
  additionalProperties: true,
  properties: {
    start_date: { type: 'string', title: 'Start', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', order: 1 },
    region: { type: 'string', enum: ['eu', 'us'], default: 'eu', order: 2 },
    api_key: {
      type: 'string',
      title: 'API key',
      description: 'Of <a href="x">your account</a>.',
      airbyte_secret: true,
      order: 0,
    },
    password: { type: 'string', airbyte_secret: true },
    credentials: {
      type: 'object',
      title: 'Login',
      oneOf: [
        {
          required: ['auth_type', 'token'],
          properties: {
            auth_type: { type: 'string', const: 'token' },
            token: { type: 'string', airbyte_secret: true },
          },
        },
      ],
    },
  },
};

const example = (change: JsonObject = {}) =>
  manifestConnector({
    id: 'example',
    manifest: {
      version: '6.0.0',
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['users'] },
      streams: [stream],
      spec: { type: 'Spec', documentation_url: 'https://docs.example.test', connection_specification },
      ...change,
    },
  });

describe('a connector made of a manifest', () => {
  test('publishes the specification as it is', () => {
    expect(connectorSpec(example())).toEqual({
      type: 'SPEC',
      spec: { connectionSpecification: connection_specification, documentationUrl: 'https://docs.example.test' },
    });
  });

  test('knows what people call it, and its entity types', () => {
    const { title, entityTypes, limits } = example({
      concurrency_level: { type: 'ConcurrencyLevel', default_concurrency: "{{ config['n'] }}", max_concurrency: 5 },
    });
    expect({ title, entityTypes, concurrency: limits.concurrency }).toEqual({
      title: 'Example',
      entityTypes: ['ExampleUsersEntity'],
      concurrency: 5,
    });
  });

  test('shows its settings as fields in their order, with the secret ones apart', () => {
    const { config, auth } = example();
    expect(fieldFacts(config).map(({ name, required, default: usual }) => [name, required, usual])).toEqual([
      ['start_date', true, undefined],
      ['region', false, 'eu'],
      ['entities', false, null],
    ]);
    const [scheme] = auth;
    if (scheme?.type !== 'direct') throw new Error('no direct scheme');
    expect(fieldFacts(scheme.fields).map(({ name, required, secret }) => [name, required, secret])).toEqual([
      ['api_key', true, true],
      ['password', false, true],
      ['credentials', false, true],
    ]);
    const [key, , login] = fieldFacts(scheme.fields);
    expect(key?.description).toBe('Of your account.');
    expect(login?.description).toContain('{"auth_type": "token", "token": …}');
    expect(login?.schema).toMatchObject({ type: 'string' });
  });

  test('needs no credentials when nothing of its settings is secret', () => {
    const { auth } = example({ spec: undefined });
    expect(auth).toEqual([{ type: 'none' }]);
  });

  test('takes a flat configuration apart and puts the same together again', () => {
    const connector = example();
    const given = {
      start_date: '2024-01-01',
      region: 'us',
      api_key: 'k',
      password: '',
      credentials: { auth_type: 'token', token: 't' },
      hidden: 1,
    };
    const { config, credentials } = connector.specified!.split(given);
    expect(Object.keys(config)).toEqual(['start_date', 'region', 'hidden']);
    const parsed = parseCredentials(connector, credentials);
    expect(Object.values(parsed).every((value) => value instanceof Secret)).toBe(true);
    expect(plainConfig(parseConfig(connector, config), parsed, connection_specification)).toEqual(given);
  });

  test('takes nested secrets as JSON text too, and says what is wrong with them', () => {
    const connector = example();
    const parse = (login: unknown) => parseCredentials(connector, { api_key: 'k', credentials: login });
    expect(plainConfig({}, parse('{"auth_type": "token", "token": "t"}'), connection_specification)).toEqual({
      api_key: 'k',
      credentials: { auth_type: 'token', token: 't' },
    });
    expect(() => parse('no json')).toThrow('credentials: must be JSON');
    expect(() => parse({ auth_type: 'token' })).toThrow("'token' is missing");
  });

  test('refuses plain settings that do not fit, with words for people', () => {
    const connector = example();
    expect(() => parseConfig(connector, { start_date: 'yesterday' })).toThrow('start_date: must look like');
    expect(() => parseConfig(connector, { start_date: '2024-01-01', region: 'moon' })).toThrow('region');
    expect(() => parseConfig(connector, {})).toThrow('start_date');
  });

  test('leaves settings that are still to be migrated to the specification', () => {
    const rules = {
      type: 'ConfigNormalizationRules',
      config_migrations: [{ type: 'ConfigMigration', transformations: [] }],
    };
    const connector = example({ spec: { type: 'Spec', connection_specification, config_normalization_rules: rules } });
    expect(parseConfig(connector, { old: 1 })).toMatchObject({ old: 1 });
  });
});

describe('overrides of the settings for a check', () => {
  const check = (config_overrides: JsonObject) => ({ type: 'CheckStream', stream_names: ['users'], config_overrides });

  test('may not be those of the platform', () => {
    expect(() => example({ check: check({ __airbyte_x: 1 }) })).toThrow('__airbyte_x');
  });

  test('are refused beside tokens that are renewed and kept', () => {
    const authenticator = {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: 'https://api.example.test/token',
      client_id: 'id',
      client_secret: 'secret',
      refresh_token_updater: { refresh_token_name: 'refresh_token' },
    };
    const requester = { ...stream.retriever.requester, authenticator };
    const renewing = { ...stream, retriever: { ...stream.retriever, requester } };
    expect(() => example({ streams: [renewing], check: check({ page_size: 1 }) })).toThrow('refresh_token_updater');
    expect(() => example({ streams: [renewing] })).not.toThrow();
    expect(() => example({ check: check({ page_size: 1 }) })).not.toThrow();
  });
});
