import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OAuth2Provider, OAuthProvider } from './kit/oauth-provider.ts';
import { providerCatalog } from './provider-catalog.ts';

const rows = Object.values(providerCatalog);
const oauth2 = rows.filter((row): row is OAuth2Provider => row.type === 'oauth2');

/** Every address of a row that is asked, or that a browser is sent to. */
function addresses(row: OAuthProvider): readonly string[] {
  const { authorizeUrl, baseUrl } = row;
  const others =
    row.type === 'oauth1'
      ? [row.requestTokenUrl, row.accessTokenUrl]
      : [row.tokenUrl, row.refreshUrl, row.revocation?.url];
  return [authorizeUrl, baseUrl, ...others].filter((url) => url !== undefined);
}

test('there are at least thirty providers, sorted by their ids, one file each', () => {
  const ids = Object.keys(providerCatalog);
  expect(ids.length).toBeGreaterThanOrEqual(30);
  expect(ids).toEqual(ids.toSorted());
  expect(rows.map(({ id }) => id)).toEqual(ids);
  const files = globSync('*.ts', { cwd: join(import.meta.dirname, 'providers') }).toSorted();
  expect(files).toEqual(ids.map((id) => `${id.replaceAll('_', '-')}.ts`).toSorted());
});

test.each(rows.map((row) => [row.id, row] as const))(
  '%s is asked over TLS only, at places that are known',
  (_id, row) => {
    const known = new Set(['client_id']);
    if (row.type === 'oauth2') {
      for (const name of [...Object.keys(row.parameters ?? {}), ...Object.keys(row.captures ?? {})]) known.add(name);
    }
    for (const address of addresses(row)) {
      expect(address).toMatch(/^(https:\/\/|\{\w+\}$)/);
      for (const [, name = ''] of address.matchAll(/\{(\w+)\}/g)) expect([...known]).toContain(name);
    }
    expect(row.docs).toMatch(/^https:\/\//);
    expect(row.title).not.toBe('');
  },
);

test('only what a user fills in stands in the addresses that get the client’s secret', () => {
  for (const row of oauth2) {
    const asked = new Set(Object.keys(row.parameters ?? {}));
    for (const url of [row.authorizeUrl, row.tokenUrl, row.refreshUrl ?? '']) {
      for (const [, name = ''] of url.matchAll(/\{(\w+)\}/g)) expect([...asked]).toContain(name);
    }
  }
});

test('a provider whose tokens end says how its refresh token turns', () => {
  for (const row of oauth2) {
    if (typeof row.accessTtl === 'number') expect([row.id, row.rotation]).not.toEqual([row.id, 'none']);
    if (row.refreshIdleTtl !== undefined) expect(row.rotation).not.toBe('none');
  }
});

const EVIL = [
  '',
  ' ',
  'evil.com',
  'evil.com/',
  'evil.com#',
  'evil.com?',
  'a.b@c',
  'a@evil.com',
  'evil.com:443',
  'shop/../x',
  'x\nevil.com',
  'evil.com\\',
  '%65vil',
  'ex\u00e4mple',
  '\u0435xample',
  '-example',
  'example-',
  'a'.repeat(300),
  '127.0.0.1',
  'login.salesforce.com.evil.com',
  'login.salesforce.com/',
  'evil.com/.salesforce.com',
  'common',
];

describe('what a user fills into an address', () => {
  const parameters = oauth2.flatMap((row) =>
    Object.entries(row.parameters ?? {}).map(([name, parameter]) => [`${row.id}.${name}`, parameter] as const),
  );

  test.each(parameters)('%s takes its example and makes no host up', (name, { pattern, example }) => {
    expect(pattern.test(example)).toBe(true);
    // Anchored at both ends, without flags that would loosen that.
    expect(pattern.source).toMatch(/^\^.*\$$/);
    expect(pattern.flags).toMatch(/^[iv]*$/);
    // `common` is a good name for a shop, and no tenant's id.
    const evil = EVIL.filter((value) => value !== 'common' || name === 'microsoft_tenant.tenant');
    expect(evil.filter((value) => pattern.test(value))).toEqual([]);
  });
});
