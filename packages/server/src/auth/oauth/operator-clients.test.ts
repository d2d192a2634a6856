import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOperatorClients } from './operator-clients.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-clients-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'clients.json');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

test('reads clients by provider or source, those without a secret too', () => {
  const text = JSON.stringify({
    github: { client_id: 'i', client_secret: 'canary' },
    linear: { client_id: 'public' },
  });
  const clients = readOperatorClients(file(text));
  expect(clients.get('github')?.secret?.reveal()).toBe('canary');
  expect(clients.get('linear')).toEqual({ id: 'public', secret: undefined });
  expect(readOperatorClients(undefined).size).toBe(0);
});

test.each([
  ['[', 'it is not JSON'],
  ['{"github":{"client_secret":"canary"}}', 'github.client_id'],
  ['{"github":{"client_id":"","client_secret":"canary"}}', 'github.client_id'],
  ['{"github":{"client_id":"i","clientSecret":"canary"}}', 'github'],
  ['{"github":"canary"}', 'github'],
])('refuses %s, says where and repeats no value', (text, words) => {
  const read = (): unknown => readOperatorClients(file(text));
  expect(read).toThrow(words);
  expect(read).toThrow(/TRIBUTARY_OAUTH_CLIENTS/);
  expect(read).not.toThrow(/canary/);
});

test('refuses a file that is not there, and one that others can read', () => {
  expect(() => readOperatorClients(join(folder, 'none.json'))).toThrow('is not there');
  const path = file('{}');
  chmodSync(path, 0o640);
  expect(() => readOperatorClients(path)).toThrow(`chmod 600 ${path}`);
  chmodSync(path, 0o600);
});
