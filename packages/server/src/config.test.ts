import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, settings } from './config.ts';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
};

describe('the configuration', () => {
  it('F1-23 needs no variable, and then listens to this machine only, reaches nothing private and runs nothing', () => {
    expect(loadConfig({})).toMatchObject({
      port: 8787,
      host: '127.0.0.1',
      dataDir: resolve('data'),
      allowPrivateNetwork: [],
      fileRoots: [],
      allowExecutables: false,
      internalSources: false,
      corsOrigins: [],
      rateLimitPerMinute: 600,
      addressRateLimitPerMinute: 0,
      wrongKeysPerMinute: 60,
      leaseMs: 30_000,
    });
    expect(loadConfig({}).databaseUrl).toBeUndefined();
  });

  it('takes an empty variable for an unset one', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ', TRIBUTARY_BOOTSTRAP_API_KEY: '' })).toMatchObject({ port: 8787 });
  });

  it.each([
    ['PORT', '80a', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '70000', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'PORT must be a whole number from 0 to 65535'],
    ['TRIBUTARY_LEASE_MS', '10', 'TRIBUTARY_LEASE_MS must be a whole number from 1000 to 600000'],
    [
      'TRIBUTARY_ALLOW_EXECUTABLES',
      'maybe',
      'TRIBUTARY_ALLOW_EXECUTABLES must be on or off (also 1/0, true/false, yes/no)',
    ],
    ['TRIBUTARY_ALLOW_PRIVATE_NETWORK', '10.0.0.0/33', expect.stringContaining('networks like 10.0.0.0/8')],
    ['TRIBUTARY_ALLOW_PRIVATE_NETWORK', 'localhost', expect.stringContaining('networks like 10.0.0.0/8')],
    ['TRIBUTARY_FILE_ROOTS', 'relative/path', 'TRIBUTARY_FILE_ROOTS must be absolute paths separated by :'],
    ['TRIBUTARY_CORS_ORIGINS', 'https://a.example.com/path', expect.stringContaining('must be origins')],
    ['TRIBUTARY_PUBLIC_URL', 'tributary.example.com', expect.stringContaining('must be a URL')],
    ['TRIBUTARY_BOOTSTRAP_EMAIL', 'ada', 'TRIBUTARY_BOOTSTRAP_EMAIL must be an email address'],
    ['LOG_LEVEL', 'loud', expect.stringContaining('LOG_LEVEL must be fatal, error')],
  ])('says what %s may be when it is %s', (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual([problem]);
  });

  it('F1-23 names every bad variable at once, and repeats no value: it may be a secret', () => {
    const problems = problemsOf({
      PORT: 'x',
      DATABASE_URL: 'mysql://me:hunter2@db',
      TRIBUTARY_BOOTSTRAP_API_KEY: 'trib_short',
    });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toMatch(/hunter2|trib_short/);
  });

  it('keeps secrets in a wrapper', () => {
    const config = loadConfig({
      DATABASE_URL: 'postgres://me:hunter2@db/x',
      TRIBUTARY_BOOTSTRAP_API_KEY: `trib_${'k'.repeat(40)}`,
    });
    expect(JSON.stringify(config)).not.toMatch(/hunter2|kkkk/);
    expect(config.databaseUrl?.reveal()).toBe('postgres://me:hunter2@db/x');
  });

  it('reads lists, networks and addresses', () => {
    const config = loadConfig({
      TRIBUTARY_ALLOW_PRIVATE_NETWORK: '10.0.0.0/8, fd00::/8 ,192.168.1.7',
      TRIBUTARY_FILE_ROOTS: '/srv/a:/srv/b',
      TRIBUTARY_PUBLIC_URL: 'https://tributary.example.com/',
    });
    expect(config.allowPrivateNetwork).toEqual(['10.0.0.0/8', 'fd00::/8', '192.168.1.7']);
    expect(config.fileRoots).toEqual(['/srv/a', '/srv/b']);
    expect(config.publicUrl).toBe('https://tributary.example.com');
    expect(loadConfig({ TRIBUTARY_ALLOW_PRIVATE_NETWORK: '1' }).allowPrivateNetwork).toBe('all');
  });

  it('F1-20 never lets connections read the data directory, nor anything above or below it', () => {
    const dataDir = join(tmpdir(), 'trib', 'data');
    for (const root of [dataDir, `${dataDir}/`, join(dataDir, 'x'), join(tmpdir(), 'trib'), '/']) {
      expect(problemsOf({ TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_FILE_ROOTS: root }).join(), root).toContain(
        'data directory',
      );
    }
    expect(problemsOf({ TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_FILE_ROOTS: `${dataDir}-files` })).toEqual([]);
  });

  it('documents every variable once', () => {
    const rows = Object.values(settings);
    expect(new Set(rows.map((row) => row.env)).size).toBe(rows.length);
    for (const row of rows) expect([row.env, /^[A-Z].*\.$/.test(row.help)]).toEqual([row.env, true]);
  });
});
