import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendJson, startTestServer } from '@tributary/sdk/testing-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const now = '2026-01-02T03:04:05.000Z';
const variable = { name: 'host', secret: false, value: 'a.example', modifiedAt: now };
const facts = {
  subject: 'CN=a.example',
  issuer: 'CN=root',
  serialNumber: '0A',
  fingerprint: 'AB:CD',
  notBefore: now,
  notAfter: now,
  subjectAltNames: ['DNS:a.example'],
};
const certificate = {
  name: 'tls',
  kind: 'key_store',
  certificates: [facts],
  expiresAt: now,
  warnings: ['It ends soon.'],
};

/** Runs a command against a service that gives one answer, and tells what it was asked. */
async function run(answer: unknown, args: readonly string[], input?: string) {
  await using server = await startTestServer((_, response) => sendJson(response, 200, answer));
  const env = { TRIBUTARY_URL: server.url, TRIBUTARY_API_KEY: 'trib_test' };
  const terminal = testTerminal({ env, ...(input !== undefined && { input }) });
  const exitCode = await runCli(args, terminal);
  const asked = server.seen.map(({ method, url, body }) => [`${method} ${url}`, body ?? null]);
  return { exitCode, asked, ...terminal.written };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const project = { name: 'shop', createdAt: now };

test.each([
  [['projects', 'list'], [project], ['GET /tributary/v1/projects', null], /shop +2026/],
  [['project', 'create', 'shop'], project, ['POST /tributary/v1/projects', { name: 'shop' }], /Made the project shop/],
  [
    ['projects', 'rename', 'a b', 'shop'],
    project,
    ['PATCH /tributary/v1/projects/a%20b', { name: 'shop' }],
    /is shop now/,
  ],
  [['projects', 'delete', 'shop'], project, ['DELETE /tributary/v1/projects/shop', null], /Deleted the project shop/],
  [['environments', 'list'], [project], ['GET /tributary/v1/projects/default/environments', null], /shop/],
  [
    ['environment', 'create', 'test', '--project', 'shop'],
    project,
    ['POST /tributary/v1/projects/shop/environments', { name: 'test' }],
    /Made the environment/,
  ],
  [
    ['environments', 'rename', 'test', 'staging'],
    project,
    ['PATCH /tributary/v1/projects/default/environments/test', { name: 'staging' }],
    /is shop now/,
  ],
  [
    ['environments', 'delete', 'test'],
    project,
    ['DELETE /tributary/v1/projects/default/environments/test', null],
    /Deleted the environment/,
  ],
  [
    ['variables', 'list', '--environment', 'test'],
    [variable, { ...variable, name: 'password', secret: true, value: null }],
    ['GET /tributary/v1/projects/default/environments/test/variables', null],
    /host +a\.example[^]*password +\*{8}/,
  ],
  [
    ['variable', 'set', 'host', 'a.example', '--project', 'shop'],
    variable,
    ['PUT /tributary/v1/projects/shop/variables/host', { value: 'a.example' }],
    /host is set\./,
  ],
  [
    ['variables', 'delete', 'host'],
    variable,
    ['DELETE /tributary/v1/projects/default/variables/host', null],
    /Deleted the variable host/,
  ],
  [
    ['certificates', 'list'],
    [certificate],
    ['GET /tributary/v1/projects/default/certificates', null],
    /tls +key store +2026.* +CN=a\.example/,
  ],
  [
    ['certificate', 'show', 'tls'],
    certificate,
    ['GET /tributary/v1/projects/default/certificates/tls', null],
    /SHA-256 +AB:CD[^]*warning +It ends soon/,
  ],
  [
    ['certificates', 'delete', 'tls'],
    certificate,
    ['DELETE /tributary/v1/projects/default/certificates/tls', null],
    /Deleted tls/,
  ],
])('%j asks once and says what was done', async (args, answer, asked, words) => {
  const done = await run(answer, args);
  expect([done.exitCode, done.err, done.asked]).toEqual([0, '', [asked]]);
  expect(done.out).toMatch(words);
});

test('a secret variable is read from the input or a file, never from the command line', async () => {
  const path = 'PUT /tributary/v1/projects/default/variables/password';
  const secret = { ...variable, name: 'password', secret: true, value: null };
  const set = ['variables', 'set', 'password', '--secret'];
  const piped = await run(secret, set, 'hush\n');
  expect(piped.asked).toEqual([[path, { value: 'hush', secret: true }]]);
  expect(piped.out + piped.err).not.toContain('hush');
  const kept = await file('password', 'two\nlines\n');
  expect((await run(secret, [...set, '--file', kept])).asked).toEqual([[path, { value: 'two\nlines', secret: true }]]);
  expect(await run(secret, [...set, 'hush'])).toMatchObject({ exitCode: 2, asked: [] });
  expect(await run(secret, [...set, '--plain'], 'x')).toMatchObject({ exitCode: 2, asked: [] });
  expect(await run(secret, [...set, '--file', join(folder, 'none')])).toMatchObject({ exitCode: 2, asked: [] });
});

test('a certificate is sent as PEM or PKCS#12, and a password is asked for only where there is one', async () => {
  const path = '/tributary/v1/projects/shop/certificates';
  const pem = await file('chain.pem', 'the chain');
  const create = ['certificates', 'create', 'tls', '--project', 'shop'];
  const open = await run(certificate, [...create, '--pem', pem, '--allow-expired']);
  expect(open.asked).toEqual([[`POST ${path}`, { name: 'tls', certificate: 'the chain', allowExpired: true }]]);
  const key = await file('tls.key', 'BEGIN ENCRYPTED PRIVATE KEY');
  const encrypted = await run(certificate, [...create, '--pem', pem, '--private-key', key], 'pass');
  const content = { certificate: 'the chain', privateKey: 'BEGIN ENCRYPTED PRIVATE KEY', passphrase: 'pass' };
  expect(encrypted.asked).toEqual([[`POST ${path}`, { name: 'tls', ...content }]]);
  const p12 = await file('tls.p12', 'bytes');
  const password = await file('tls.password', 'right\n');
  const replace = ['certificates', 'replace', 'tls', '--project', 'shop', '--pkcs12', p12, '--password-file', password];
  const replaced = await run(certificate, replace);
  const pkcs12 = Buffer.from('bytes').toString('base64');
  expect(replaced.asked).toEqual([[`PUT ${path}/tls`, { pkcs12, password: 'right' }]]);
  expect(await run(certificate, create)).toMatchObject({ exitCode: 2, asked: [] });
  expect(await run(certificate, [...create, '--pem', pem, '--pkcs12', p12])).toMatchObject({ exitCode: 2, asked: [] });
});
