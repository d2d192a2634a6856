import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { fromSettings, toSettings } from './worker-settings.ts';

const vaultKey = randomBytes(32).toString('base64');
const sent = (env: Readonly<Record<string, string>>) =>
  fromSettings(JSON.parse(JSON.stringify(toSettings(loadConfig(env)))) as ReturnType<typeof toSettings>);

test('a worker gets the settings of its service, secrets as secrets again', () => {
  const worker = sent({
    DATABASE_URL: 'postgres://me:pw@db.test/x',
    TRIBUTARY_VAULT_KEYS: vaultKey,
    TRIBUTARY_VAULT_TRANSIT_URL: 'https://vault.test:8200/v1/transit/',
    TRIBUTARY_VAULT_TRANSIT_KEY: 'mine',
    TRIBUTARY_VAULT_TRANSIT_TOKEN: 'hvs.token',
  });
  expect([worker.databaseUrl, worker.vaultKeys, worker.vaultTransitToken].map((secret) => secret?.reveal())).toEqual([
    'postgres://me:pw@db.test/x',
    vaultKey,
    'hvs.token',
  ]);
  expect(worker).toMatchObject({ vaultTransitUrl: 'https://vault.test:8200/v1/transit', vaultTransitKey: 'mine' });
});

test('what is not set stays unset', () => {
  expect(sent({})).toMatchObject({
    databaseUrl: undefined,
    vaultKeys: undefined,
    vaultTransitUrl: undefined,
    vaultTransitToken: undefined,
  });
});
