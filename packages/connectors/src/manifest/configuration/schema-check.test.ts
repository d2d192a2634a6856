import { describe, expect, test } from 'vitest';
import { schemaIssues } from './schema-check.ts';

const credentials = {
  type: 'object',
  oneOf: [
    {
      title: 'OAuth',
      required: ['auth_type', 'client_id'],
      properties: { auth_type: { type: 'string', const: 'oauth2.0' }, client_id: { type: 'string' } },
    },
    {
      title: 'Token',
      required: ['auth_type', 'token'],
      properties: { auth_type: { type: 'string', const: 'token' }, token: { type: 'string', minLength: 3 } },
    },
  ],
};
const specification = {
  $schema: 'http://json-schema.org/schema#',
  type: 'object',
  required: ['site'],
  properties: { site: { type: 'string', enum: ['eu', 'us'] }, 'odd name': { type: 'integer' }, credentials },
};

describe('schemaIssues', () => {
  test('finds nothing when the settings fit, whatever dialect the schema names', () => {
    expect(schemaIssues(specification, { site: 'eu', credentials: { auth_type: 'token', token: 'abc' } })).toEqual([]);
    expect(schemaIssues({}, { anything: 1 })).toEqual([]);
  });

  test('says by its path what is missing or wrong, without the value', () => {
    expect(schemaIssues(specification, {})).toEqual(["the settings: 'site' is missing"]);
    const issues = schemaIssues(specification, { site: 'moon-value', 'odd name': 'text' });
    expect(issues).toEqual(["site: must be one of 'eu', 'us'", 'odd name: must be integer']);
    expect(issues.join()).not.toContain('moon-value');
  });

  test('tells of alternatives only what is wrong with the chosen one', () => {
    expect(schemaIssues(specification, { site: 'eu', credentials: { auth_type: 'oauth2.0' } })).toEqual([
      "credentials: 'client_id' is missing",
    ]);
    expect(schemaIssues(specification, { site: 'eu', credentials: { auth_type: 'token', token: 'a' } })).toEqual([
      'credentials.token: must NOT have fewer than 3 characters',
    ]);
  });

  test('names the alternatives when none is chosen', () => {
    expect(schemaIssues(specification, { site: 'eu', credentials: { auth_type: 'other' } })).toEqual([
      "credentials: fits none of its 2 forms (auth_type 'oauth2.0'; auth_type 'token')",
    ]);
  });

  test('blames nobody for a schema that is broken itself', () => {
    expect(schemaIssues({ type: 'no such type' }, {})).toEqual([]);
    expect(schemaIssues({ properties: { a: { type: 'string', pattern: '(?P<x>a)' } } }, { a: 'b' })).toEqual([]);
  });
});
