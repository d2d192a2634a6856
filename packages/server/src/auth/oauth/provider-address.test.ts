import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { shopify } from '@tributary/connectors/providers/shopify';
import { salesforce } from '@tributary/connectors/providers/salesforce';
import { expect, test } from 'vitest';
import { AppError } from '../../errors.ts';
import { parameterIssues, pickParameters, providerAddress } from './provider-address.ts';

const loose: OAuth2Provider = {
  ...shopify,
  // No anchors, and a flag that makes `$` end at a line: what a hurried author writes.
  parameters: { shop: { title: 'Shop', pattern: /[a-z-]+/gm, example: 'shop' } },
};

const codeOf = (make: () => unknown): string => {
  try {
    return String(make());
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

test('fills an address from what the user gave', () => {
  const url = providerAddress(shopify, shopify.tokenUrl, { shop: 'my-shop' });
  expect(url.href).toBe('https://my-shop.myshopify.com/admin/oauth/access_token');
});

test.each(['evil.com/', 'evil.com#', 'a.b@c', 'shöp', '', 'x\nevil', 'SHOP'])(
  'refuses %j, also by a loose pattern',
  (shop) => {
    for (const row of [shopify, loose]) {
      expect(codeOf(() => providerAddress(row, row.tokenUrl, { shop }))).toBe('invalid_config_fields');
    }
  },
);

test('names the field that is missing or wrong, under the path that the caller wants', () => {
  expect(parameterIssues(shopify, {})).toEqual([
    { path: ['body', 'config', 'shop'], message: 'Field required', code: 'missing' },
  ]);
  expect(parameterIssues(shopify, { shop: 'a b' }, ['body'])).toEqual([
    { path: ['body', 'shop'], message: 'must look like example-shop', code: 'invalid_format' },
  ]);
  expect(parameterIssues(shopify, { shop: 'toString' })).toHaveLength(1);
});

test('takes only what the addresses ask for out of a configuration', () => {
  expect(pickParameters(shopify, { shop: 'a', other: 'b' })).toEqual({ shop: 'a' });
  expect(pickParameters(shopify, { shop: 7 })).toEqual({});
});

test('what the provider has said fills the addresses of its API, never those that get the secret', () => {
  const hostname = 'login.salesforce.com';
  const said = { instance_url: 'https://acme.my.salesforce.com', hostname: 'evil.com' };
  expect(providerAddress(salesforce, salesforce.baseUrl, { hostname }, said).host).toBe('acme.my.salesforce.com');
  expect(providerAddress(salesforce, salesforce.tokenUrl, { hostname }, said).host).toBe(hostname);
});

test('an address that the provider left unsaid, or made up, is its fault', () => {
  const hostname = 'login.salesforce.com';
  for (const said of [{}, { instance_url: 'file:///etc/passwd' }, { instance_url: 'https://a:b@evil.com' }]) {
    expect(codeOf(() => providerAddress(salesforce, salesforce.baseUrl, { hostname }, said))).toBe(
      'oauth_provider_failed',
    );
  }
});
