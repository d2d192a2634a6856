import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from './errors.ts';

const root = join(import.meta.dirname, '../../..');

interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  /** As written, or from the root of the repository when it is relative. */
  readonly target: string;
  /** `import type`: gone when the code runs. */
  readonly typeOnly: boolean;
}

function importsOf(path: string, text: string): Import[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm,
  );
  return [...found].map(([, typeWord, from, lazy, bare]) => {
    const written = from ?? lazy ?? bare ?? '';
    const target = written.startsWith('.') ? join(dirname(path), written).replaceAll('\\', '/') : written;
    return { target, typeOnly: typeWord !== undefined };
  });
}

const sources: readonly Source[] = globSync('{packages/*/{src,test},scripts,bench,examples}/**/*.ts', { cwd: root })
  .filter((path) => !path.includes('node_modules'))
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted()
  .map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));

function sourceOf(path: string, text: string): Source {
  return { path, text, imports: importsOf(path, text) };
}

/** Tests, and what only tests and contracts use. */
const isTest = (path: string) =>
  /\.test\.ts$|\.e2e\.ts$|-contract\.ts$|\/(test|testing|contract)\/|\/(testing|contract)[^/]*\.ts$|\/(turnstile-server|http-rig)\.ts$/.test(
    path,
  );
const within = (folder: string) => (path: string) => path.startsWith(folder) && !isTest(path);
const server = within('packages/server/src/');
const connectors = within('packages/connectors/src/');
/** `repository.ts` in `packages/server/src/syncs` lies in the part `syncs`, `errors.ts` in the part `errors`. */
const part = (path: string) => (/^packages\/server\/src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(path) ?? [])[1] ?? '';

const base = ['lib', 'errors', 'config'];
const stores = ['control', 'collection-store', 'vault', 'audit', 'auth', 'host'];
const nouns = [
  'organizations',
  'projects',
  'connections',
  'collections',
  'source-connections',
  'syncs',
  'search',
  'deployments',
  'environments',
  'certificates',
  'connectors',
  'integration-sources',
  'notifications',
  'webhooks',
];
/** What workers need to hold deployed connections. */
const holding = ['deployments', 'environments', 'certificates', 'notifications'];
const services = [...nouns, ...stores, 'jobs', 'engine', ...base];

/** What each part of the server may import beside itself; `main` and files of its own kind may import everything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  errors: ['lib'],
  config: ['lib', 'errors'],
  control: base,
  'collection-store': base,
  vault: ['control', ...base],
  host: base,
  backup: ['control', 'collection-store', 'vault', ...base],
  audit: ['control', 'auth', ...base],
  auth: ['control', 'audit', 'vault', ...base],
  engine: ['collection-store', 'control', ...base],
  jobs: ['engine', 'connections', 'connectors', 'collections', 'source-connections', ...holding, ...stores, ...base],
  ...Object.fromEntries(nouns.map((noun) => [noun, services])),
  services: services,
  http: ['services', ...services],
  dialects: ['http', 'services', ...services],
  mcp: ['http', 'services', ...services],
};

/** Where a secret may leave its wrapper, each for the system that it belongs to. */
const revealers: Readonly<Record<string, string>> = {
  'packages/connectors/src/kit/secret.ts': 'the wrapper itself',
  'packages/connectors/src/kit/http-exchange.ts': 'headers and query of an outgoing request',
  'packages/connectors/src/kit/guarded-connect.ts': 'the TLS handshake wants our own key as text',
  'packages/connectors/src/types/elasticsearch/key-store-file.ts':
    'unpacks a file that is a secret itself; its key is a Secret again',
  'packages/connectors/src/kit/authorization.ts': 'builds a header value, which is a Secret again',
  'packages/connectors/src/kit/redact-text.ts': 'must know what to take out of texts',
  'packages/connectors/src/sources/mysql/open-client.ts': 'the driver wants the password as text',
  'packages/connectors/src/sources/ftp/open-ftp.ts': 'the client wants the password as text',
  'packages/connectors/src/sources/ftp/open-sftp.ts': 'the client wants the password as text',
  'packages/connectors/src/sources/ldap/open-directory.ts': 'the client wants the password as text',
  'packages/connectors/src/sources/imap/open-session.ts': 'the client wants the password as text',
  'packages/connectors/src/sources/nats/open-connection.ts': 'the client wants passwords, tokens and seeds as text',
  'packages/connectors/src/sources/postgres/open-client.ts': 'the driver wants the password as text',
  'packages/connectors/src/manifest/configuration/plain-config.ts':
    'templates of manifests work on plain settings; texts made of them are guarded',
  'packages/connectors/src/manifest/configuration/handed-settings.ts':
    'programs that renew tokens by themselves take them as settings',
  'packages/connectors/src/types/webhook/signature.ts': 'keys the signature of a call',
  'packages/connectors/src/sources/s3/open-store.ts': 'the SDK signs requests with it',
  'packages/connectors/src/types/activeMq/stomp-client.ts': 'the login is a header of the first frame',
  'packages/connectors/src/types/activeMq/amqp-client.ts': 'the client wants the password as text',
  'packages/connectors/src/types/elasticsearch/cluster.ts': 'builds a header value, which is a Secret again',
  'packages/connectors/src/types/kafka/client-options.ts': 'the client wants passwords and keys as text',
  'packages/connectors/src/types/kafka/fields.ts': 'the properties are one secret whose parts are checked',
  'packages/connectors/src/types/linux-script/open-session.ts': 'the client wants the password as text',
  'packages/connectors/src/types/rabbitMq/open-connection.ts': 'the client wants the password as text',
  'packages/connectors/src/types/database/drivers/mongodb.ts': 'the driver wants the password as text',
  'packages/connectors/src/types/database/drivers/oracle.ts': 'the driver wants the password as text',
  'packages/connectors/src/types/database/drivers/sql-server.ts': 'the driver wants the password as text',
  'packages/connectors/src/types/email/mailer.ts': 'the mail client wants the password as text',
  'packages/connectors/src/types/graylog/trusted-chain.ts': 'TLS wants the certificates as text',
  'packages/connectors/src/types/snmp/session.ts': 'the client makes keys of the passphrases',
  'packages/server/src/vault/vault.ts': 'seals it',
  'packages/server/src/vault/key-place.ts': 'decodes the vault keys of the environment',
  'packages/server/src/auth/providers/field-mapping.ts': 'a connector’s schema takes text, and wraps it again',
  'packages/server/src/auth/providers/outside-credentials.ts': 'tells a renewed token from the refused one',
  'packages/server/src/auth/providers/pipedream.ts': 'the token endpoint takes the client’s secret in its body',
  'packages/server/src/certificates/key-material-reader.ts':
    'the thread that opens the file takes its password as text',
  'packages/server/src/engine/field-rules.ts': 'keys the hashes of fields',
  'packages/server/src/engine/sealed-cursor.ts': 'derives the key that cursors are sealed with',
  'packages/server/src/auth/service.ts': 'hashes the bootstrap key',
  'packages/server/src/auth/oauth/client-authentication.ts': 'the client proves itself to its provider',
  'packages/server/src/auth/oauth/oauth2-client.ts': 'oauth4webapi wants the refresh token as text',
  'packages/server/src/auth/oauth/oauth1-signature.ts': 'keys the signature of a request',
  'packages/server/src/auth/oauth/granted-fields.ts': 'what was typed in is exchanged for a token at its server',
  'packages/server/src/auth/oauth/revoke-token.ts': 'gives a token back to its provider',
  'packages/server/src/auth/oauth/declared-flow.ts': 'knows what an answer must not quote',
  'packages/connectors/src/manifest/specification/login/login-requests.ts':
    'a manifest says where the client secret stands in its request',
  'packages/server/src/control/postgres.ts': 'the driver wants the connection string as text',
  'packages/server/src/jobs/worker-settings.ts': 'sent to our own worker process over its private channel',
};

/** Files of connectors that may touch the network by themselves, and why the guard still holds. */
const dialers: Readonly<Record<string, string>> = {
  'packages/connectors/src/sources/imap/open-session.ts': 'STARTTLS begins on a connected socket: it wraps the guard’s',
  'packages/connectors/src/sources/ftp/open-ftp.ts': 'TLS begins on a connected socket: it wraps the guard’s',
  'packages/connectors/src/sources/ldap/open-directory.ts':
    'the certificate is checked as LDAP’s settings say: it wraps the guard’s',
  'packages/connectors/src/sources/postgres/open-socket.ts':
    'PostgreSQL asks for TLS on a connected socket: it wraps the guard’s',
};

interface Rule {
  readonly rule: string;
  readonly applies: (path: string) => boolean;
  /** What is wrong with the file, in a few words each; empty when all is well. */
  readonly violations: (source: Source) => readonly string[];
  /** The smallest file that breaks the rule. */
  readonly broken: readonly [path: string, text: string];
}

const imported = (source: Source, matches: (one: Import) => boolean) =>
  source.imports.filter(matches).map((one) => `imports ${one.target}`);
const written = (source: Source, pattern: RegExp) =>
  [...source.text.matchAll(pattern)].map(([found]) => `writes ${found.trim()}`);

const rules: readonly Rule[] = [
  {
    rule: 'the server’s parts import downwards only (see mayImport)',
    broken: ['packages/server/src/lib/x.ts', "import { y } from '../jobs/y.ts';"],
    applies: (path) => server(path) && part(path) in mayImport,
    violations: (source) => {
      const own = part(source.path);
      return imported(source, ({ target }) => {
        const other = part(target);
        return other !== '' && other !== own && !mayImport[own]?.includes(other);
      });
    },
  },
  {
    rule: 'every part of the server has a row in mayImport',
    broken: ['packages/server/src/extras/x.ts', ''],
    applies: server,
    violations: ({ path }) =>
      part(path) in mayImport || /^(main|worker)/.test(part(path)) ? [] : [`${part(path)} has none`],
  },
  {
    rule: 'a noun calls another noun’s service, never its repository',
    broken: ['packages/server/src/syncs/x.ts', "import { y } from '../collections/repository.ts';"],
    applies: (path) => server(path) && nouns.includes(part(path)),
    violations: (source) =>
      imported(source, ({ target }) => target.endsWith('/repository.ts') && part(target) !== part(source.path)),
  },
  {
    rule: 'http and dialects call services, never a repository',
    broken: ['packages/server/src/http/x.ts', "import { y } from '../syncs/repository.ts';"],
    applies: (path) => server(path) && ['http', 'dialects', 'mcp'].includes(part(path)),
    violations: (source) => imported(source, ({ target }) => target.endsWith('/repository.ts')),
  },
  {
    rule: 'no Fastify outside http/ and dialects/',
    broken: ['packages/server/src/syncs/x.ts', "import type { FastifyRequest } from 'fastify';"],
    applies: (path) => server(path) && !['http', 'dialects'].includes(part(path)),
    violations: (source) => imported(source, ({ target }) => /^(@?fastify)/.test(target)),
  },
  {
    rule: 'no HTTP status outside http/ and dialects/',
    broken: ['packages/server/src/syncs/x.ts', 'throw { status: 404 };'],
    applies: (path) => server(path) && !['http', 'dialects'].includes(part(path)),
    violations: (source) => written(source, /\bstatus(?:Code)?\s*[:=]\s*[1-5]\d\d\b/g),
  },
  {
    rule: 'no SQL outside repositories, jobs/, control/ and collection-store/',
    broken: ['packages/server/src/syncs/x.ts', "db.selectFrom('sync_job');"],
    applies: (path) =>
      server(path) && !path.endsWith('/repository.ts') && !['jobs', 'control', 'collection-store'].includes(part(path)),
    violations: (source) => [
      ...imported(source, ({ target, typeOnly }) => !typeOnly && /^(kysely|pg|better-sqlite3)\b/.test(target)),
      ...written(source, /\.(selectFrom|insertInto|updateTable|deleteFrom)\(/g),
    ],
  },
  {
    rule: 'process.env is read in config.ts only',
    broken: ['packages/server/src/syncs/x.ts', "process.env['PORT'];"],
    applies: (path) => (server(path) && part(path) !== 'config') || connectors(path) || within('packages/sdk/')(path),
    violations: (source) => written(source, /process\.env\b/g),
  },
  {
    rule: 'the machine’s clock is read in lib/clock.ts only',
    broken: ['packages/connectors/src/sources/x/y.ts', 'const now = Date.now();'],
    applies: (path) => (server(path) && path !== 'packages/server/src/lib/clock.ts') || connectors(path),
    violations: (source) => written(source, /\bDate\.now\(|\bnew Date\(\)/g),
  },
  {
    rule: 'reveal( is called in the listed files only',
    broken: ['packages/server/src/syncs/x.ts', 'secret.reveal();'],
    applies: (path) => /^packages\/[^/]+\/src\//.test(path) && !isTest(path) && !(path in revealers),
    violations: (source) => written(source, /\.reveal\(/g),
  },
  {
    rule: 'connectors never see the server',
    broken: ['packages/connectors/src/kit/x.ts', "import { errors } from '@tributary/server/errors';"],
    applies: (path) => path.startsWith('packages/connectors/'),
    violations: (source) =>
      imported(source, ({ target }) => /^@tributary\/(server|sdk|cli)|^packages\/(?!connectors)/.test(target)),
  },
  {
    rule: 'connectors reach the network through the kit only',
    broken: ['packages/connectors/src/sources/x/y.ts', "await fetch('http://localhost');"],
    applies: (path) => connectors(path) && !path.startsWith('packages/connectors/src/kit/') && !(path in dialers),
    violations: (source) => [
      ...imported(
        source,
        ({ target, typeOnly }) =>
          !typeOnly && /^(node:(net|tls|dns|http|https|http2|dgram)(\/|$)|undici|got|axios)/.test(target),
      ),
      ...written(source, /(?<![.\w])fetch\(/g),
    ],
  },
  {
    rule: 'the server reaches the network through the kit only: no caller’s address goes around the guard',
    broken: ['packages/server/src/webhooks/x.ts', "import { request } from 'node:https';"],
    applies: server,
    violations: (source) => [
      ...imported(
        source,
        ({ target, typeOnly }) =>
          !typeOnly && /^(node:(tls|dns|http|https|http2|dgram)(\/|$)|undici|got|axios|node-fetch)/.test(target),
      ),
      ...written(source, /import \{[^}]*\b(?:connect|createConnection|Socket)\b[^}]*\} from 'node:net'/g),
      ...written(source, /(?<![.\w])fetch\(/g),
    ],
  },
  {
    rule: 'connectors see the host’s files through the kit only',
    broken: ['packages/connectors/src/sources/x/y.ts', "import { readFile } from 'node:fs/promises';"],
    applies: (path) => connectors(path) && !/^packages\/connectors\/src\/(kit|process)\//.test(path),
    violations: (source) => imported(source, ({ target }) => /^node:(fs|child_process|worker_threads)/.test(target)),
  },
  {
    rule: 'the SDK stands alone',
    broken: ['packages/sdk/src/x.ts', "import { z } from 'zod';"],
    applies: within('packages/sdk/src/'),
    violations: (source) => imported(source, ({ target }) => !/^(node:|packages\/sdk\/)/.test(target)),
  },
  {
    rule: 'a package imports another by its name, never by a path',
    broken: ['packages/cli/src/x.ts', "import { y } from '../../sdk/src/y.ts';"],
    applies: (path) => path.startsWith('packages/'),
    violations: (source) => {
      const own = source.path.split('/').slice(0, 2).join('/');
      return imported(source, ({ target }) => target.startsWith('packages/') && !target.startsWith(`${own}/`));
    },
  },
  {
    rule: 'no barrels: a file exports what it declares',
    broken: ['packages/sdk/src/x.ts', "export * from './y.ts';"],
    applies: () => true,
    violations: ({ text }) => (/^export \*/m.test(text) ? ['exports all of another file'] : []),
  },
  {
    rule: 'index.ts is the entry of a connector’s folder and nothing else',
    broken: ['packages/sdk/src/index.ts', ''],
    applies: (path) => basename(path) === 'index.ts',
    violations: ({ path }) =>
      /^packages\/connectors\/src\/(sources|types)\/[^/]+\/index\.ts$/.test(path) ? [] : ['name what it exports'],
  },
  {
    rule: 'files are named in kebab-case for what they export, never utils, helpers, common, types or manager',
    broken: ['packages/sdk/src/utils.ts', ''],
    applies: () => true,
    violations: ({ path }) => {
      const name = basename(path).replace(/\..*$/, '');
      const bad = !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || /^(utils?|helpers?|common|types|misc|manager)$/.test(name);
      return bad ? [`is named ${name}`] : [];
    },
  },
  {
    rule: 'no file is longer than 400 lines',
    broken: ['packages/sdk/src/x.ts', 'line\n'.repeat(401)],
    applies: () => true,
    violations: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines > 400 ? [`has ${lines}`] : [];
    },
  },
  {
    rule: 'every exception from a lint rule says why, on the same line',
    broken: ['packages/sdk/src/x.ts', '// oxlint-disable-next-line no-console'],
    applies: (path) => !path.endsWith('architecture.test.ts'),
    violations: ({ text }) =>
      text
        .split('\n')
        .filter((line) => /(ox|es)lint-disable/.test(line) && !/ -- \S/.test(line))
        .map((line) => line.trim()),
  },
];

test.each(rules)('$rule', ({ applies, violations }) => {
  const found = sources
    .filter(({ path }) => applies(path))
    .flatMap((source) => violations(source).map((what) => `${source.path}: ${what}`));
  expect(found).toEqual([]);
});

test.each(rules)('it would be seen: $rule', ({ applies, violations, broken: [path, text] }) => {
  expect([applies(path), violations(sourceOf(path, text)).length]).toEqual([true, 1]);
});

test('the rules look at files at all', () => {
  expect(sources.length).toBeGreaterThan(100);
  for (const { rule, applies } of rules.filter(({ rule: name }) => !name.startsWith('index.ts')))
    expect([rule, sources.some(({ path }) => applies(path))]).toEqual([rule, true]);
});

test('every file that may reveal secrets exists and does', () => {
  for (const path of Object.keys(revealers)) expect(readFileSync(join(root, path), 'utf8')).toMatch(/reveal\(/);
});

test('the catalogue of errors and its page name the same codes', () => {
  const page = readFileSync(join(root, 'docs/api/errors.md'), 'utf8');
  const documented = new Set([...page.matchAll(/^### `(\w+)`$/gm)].map(([, code]) => code));
  expect(documented).toEqual(new Set(Object.keys(catalogue)));
});

test('the workspaces ask for one version of each package', () => {
  const asked = new Map<string, Set<string>>();
  for (const path of ['package.json', ...globSync('packages/*/package.json', { cwd: root })]) {
    const json = JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<
      string,
      Record<string, string> | undefined
    >;
    for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'])
      for (const [name, version] of Object.entries(json[group] ?? {}))
        asked.set(name, (asked.get(name) ?? new Set()).add(version));
  }
  const several = [...asked]
    .filter(([, versions]) => versions.size > 1)
    .map(([name, versions]) => `${name}: ${[...versions].join(', ')}`);
  expect(several).toEqual([]);
});
