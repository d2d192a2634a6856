import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { describeManifest } from './describe-manifest.ts';

interface Change {
  readonly requester?: JsonObject;
  readonly retriever?: JsonObject;
  readonly spec?: JsonObject;
  readonly check?: JsonObject;
  readonly more?: JsonObject;
}

/** The hosts of a manifest with one stream. */
const hostsOf = ({ requester = {}, retriever = {}, spec = {}, check = {}, more = {} }: Change): readonly string[] => {
  const manifest = {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['teas'], ...check },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'teas',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url: 'https://api.tea.example/v1', path: 'teas', ...requester },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
          ...retriever,
        },
      },
    ],
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} }, ...spec },
    ...more,
  };
  return describeManifest(JSON.stringify(manifest), new Map()).facts.hosts;
};

const paging = (option: JsonObject): JsonObject => ({
  paginator: {
    type: 'DefaultPaginator',
    page_token_option: option,
    pagination_strategy: { type: 'CursorPagination', cursor_value: "{{ 'https:' ~ '//evil.example' }}" },
  },
});

describe('the hosts of a manifest', () => {
  test('are those of its addresses, with templates as they are written', () => {
    expect(hostsOf({})).toEqual(['api.tea.example']);
    expect(hostsOf({ requester: { url: "https://{{ config['shop'] }}.tea.example/v1" } })).toEqual([
      "{{ config['shop'] }}.tea.example",
    ]);
    expect(hostsOf({ requester: { url: 'http://api.tea.example:81' } })).toEqual(['http://api.tea.example:81']);
    const authenticator = {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: 'https://login.tea.example/token',
      client_id: 'a',
      client_secret: 'b',
      refresh_token: 'c',
    };
    expect(hostsOf({ requester: { authenticator } })).toEqual(['api.tea.example', 'login.tea.example']);
  });

  test.each<readonly [string, Change]>([
    ['a path', { requester: { path: 'https://evil.example/teas' } }],
    ['a template', { requester: { path: "{{ 'https:' ~ '//evil.example' }}" } }],
    ['a page token', { retriever: paging({ type: 'RequestPath' }) }],
    [
      'a partition',
      {
        retriever: {
          partition_router: { type: 'ListPartitionRouter', cursor_field: 'a', values: ['https://evil.example'] },
        },
      },
    ],
    ['parameters', { requester: { url: "{{ parameters['host'] }}", $parameters: { host: 'https://evil.example' } } }],
  ])('are those of %s too', (_title, change) => {
    expect(hostsOf(change).join()).toContain('evil.example');
  });

  test.each<readonly [string, Change]>([
    [
      'a default',
      {
        spec: {
          connection_specification: {
            type: 'object',
            properties: { host: { type: 'string', default: 'evil.example' } },
          },
        },
      },
    ],
    ['an override of the check', { check: { config_overrides: { host: 'evil.example' } } }],
    [
      'a normalisation',
      {
        spec: {
          config_normalization_rules: {
            type: 'ConfigNormalizationRules',
            transformations: [
              {
                type: 'ConfigAddFields',
                fields: [{ type: 'AddedFieldDefinition', path: ['host'], value: 'evil.example' }],
              },
            ],
          },
        },
      },
    ],
  ])('are told of where %s makes the setting of an address', (_title, change) => {
    const requester = { url: "https://{{ config['host'] }}/v1" };
    expect(hostsOf({ requester, ...change })).toContain("config['host'] = evil.example");
    expect(hostsOf(change)).toEqual(['api.tea.example']);
  });

  test('are not those of words, schemas and definitions, nor tokens that are no addresses', () => {
    const quiet: Change = {
      retriever: paging({ type: 'RequestOption', inject_into: 'request_parameter', field_name: 'next' }),
      spec: { documentation_url: 'https://docs.example' },
      more: { description: 'See https://docs.example', definitions: { a: { url: 'https://unused.example' } } },
    };
    expect(hostsOf({ ...quiet, retriever: {} })).toEqual(['api.tea.example']);
    const written = hostsOf({
      retriever: paging({ type: 'RequestOption', inject_into: 'request_parameter', field_name: 'next' }),
    });
    expect(written).toEqual(['api.tea.example']);
  });

  test('a host that is written anywhere in an address is named, soon', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const hosts = hostsOf({ requester: { path: `${before.replaceAll('{', '')} https://evil.example/${after}` } });
        expect(hosts).toContain('evil.example');
      }),
      { numRuns: 50 },
    );
  });
});
