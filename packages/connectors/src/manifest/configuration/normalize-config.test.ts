import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import { handClock } from '../../testing/connector-probe.ts';
import type { Build } from '../model/build.ts';
import { withChanges } from './changed-config.ts';
import type { MutableConfig } from './config-path.ts';
import { normalizeConfig } from './normalize-config.ts';

const custom = new Map([
  ['source_x.components.Upper', () => ({ transform: (config: MutableConfig) => (config['site'] = 'UPPER') })],
]);
const normalize = (config: JsonObject, rules: JsonObject, connection_specification: JsonObject = {}) =>
  normalizeConfig({ connection_specification, config_normalization_rules: rules }, {
    config,
    custom,
    ctx: { clock: handClock() },
  } as unknown as Build);
const migration = (...transformations: JsonObject[]): JsonObject => ({
  config_migrations: [{ type: 'ConfigMigration', transformations }],
});

const move: JsonObject[] = [
  {
    type: 'ConfigAddFields',
    condition: "{{ 'api_key' in config }}",
    fields: [{ type: 'AddedFieldDefinition', path: ['credentials', 'token'], value: "{{ config['api_key'] }}" }],
  },
  { type: 'ConfigRemoveFields', field_pointers: [['api_key']] },
];

describe('migrations', () => {
  test('give a configuration to keep, once', () => {
    const first = normalize({ api_key: 'k', site: 'eu' }, migration(...move));
    expect(first.migrated).toEqual({ site: 'eu', credentials: { token: 'k' } });
    expect(first.config).toEqual(first.migrated);
    expect(normalize(first.config, migration(...move)).migrated).toBeUndefined();
  });

  test('come before the specification is asked', () => {
    const specification = { type: 'object', required: ['credentials'] };
    expect(normalize({ api_key: 'k' }, migration(...move), specification).config).toHaveProperty('credentials');
    expect(normalize({}, {}, specification).issues).toEqual(["the settings: 'credentials' is missing"]);
  });

  test('leave what was given as it is', () => {
    const given = { api_key: 'k' };
    normalize(given, migration(...move));
    expect(given).toEqual({ api_key: 'k' });
  });
});

describe('transformations', () => {
  test('map values, below every member where the path says so', () => {
    const remap = { type: 'ConfigRemapField', field_path: ['lists', '*', 'status'], map: { pending: 'in_progress' } };
    const { config, migrated } = normalize(
      { lists: [{ status: 'pending' }, { status: 'done' }] },
      { transformations: [remap] },
    );
    expect(config).toEqual({ lists: [{ status: 'in_progress' }, { status: 'done' }] });
    expect(migrated).toBeUndefined();
  });

  test('take the map from a template, and parts of the path too', () => {
    const remap = { type: 'ConfigRemapField', field_path: ["{{ config['which'] }}"], map: "{{ config['map'] }}" };
    expect(normalize({ which: 'b', b: 'x', map: { x: 'y' } }, { transformations: [remap] }).config).toMatchObject({
      b: 'y',
    });
  });

  test('remove only what the condition asks for', () => {
    const remove = {
      type: 'ConfigRemoveFields',
      field_pointers: [['a'], ['b'], ['nested', 'c']],
      condition: '{{ property is integer }}',
    };
    expect(normalize({ a: 1, b: 'x', nested: { c: 2 } }, { transformations: [remove] }).config).toEqual({
      b: 'x',
      nested: {},
    });
  });

  test('are those of ports too', () => {
    const port = { type: 'CustomConfigTransformation', class_name: 'source_x.components.Upper' };
    expect(normalize({ site: 'eu' }, { transformations: [port] }).config).toEqual({ site: 'UPPER' });
    const missing = { type: 'CustomConfigTransformation', class_name: 'source_x.components.Other' };
    expect(() => normalize({}, { transformations: [missing] })).toThrow('source_x.components.Other');
  });

  test('cannot reach the prototype of anything', () => {
    const evil = { type: 'ConfigAddFields', fields: [{ path: ['__proto__', 'polluted'], value: 'yes' }] };
    normalize({}, { transformations: [evil] });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});

describe('validations', () => {
  const strategy = { type: 'ValidateAdheresToSchema', base_schema: { type: 'object', required: ['name'] } };

  test('look at a setting, which may be JSON as text', () => {
    const rules = { validations: [{ type: 'DpathValidator', field_path: ['report'], validation_strategy: strategy }] };
    expect(() => normalize({ report: { name: 'x' } }, rules)).not.toThrow();
    expect(() => normalize({ report: '{"name": "x"}' }, rules)).not.toThrow();
    expect(() => normalize({ report: '{}' }, rules)).toThrow("'name' is missing");
    expect(() => normalize({ report: 'no json' }, rules)).toThrow('must be JSON');
    expect(() => normalize({}, rules)).toThrow('The setting report is missing');
  });

  test('look at a value that a template makes', () => {
    const rules = {
      validations: [{ type: 'PredicateValidator', value: "{{ config['report'] }}", validation_strategy: strategy }],
    };
    expect(() => normalize({ report: { name: 'x' } }, rules)).not.toThrow();
    expect(() => normalize({ report: { title: 'x' } }, rules)).toThrow(ConnectorError);
  });
});

test('keeps what was renewed, and no transformation with it', () => {
  const before = { site: 'EU', credentials: { token: 'old', id: 1 } };
  const after = { site: 'EU', credentials: { token: 'new', id: 1 } };
  expect(withChanges({ site: 'eu', credentials: { token: 'old', id: 1, more: true } }, before, after)).toEqual({
    site: 'eu',
    credentials: { token: 'new', id: 1, more: true },
  });
});
