import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectorContext, Logger } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import { handClock, type ProbeOptions, probeContext, readPages } from '../testing/connector-probe.ts';
import { hostTools } from './host-tools.ts';
import { sweepPrivateFolders } from './private-folder.ts';
import type { ExecutableOptions } from './program-session.ts';
import { declared, testingExecutable } from './testing-executable.ts';
import { executableSpecification } from './executable-specification.ts';
import { silentLog } from '../testing/connector-probe.ts';

const TOKEN = 'canary-5f2a9c';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'executables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (): ExecutableOptions => ({ folder, graceMs: 300 });

interface Opened {
  readonly ctx: ConnectorContext;
  readonly logs: string[];
  stream(name?: string): Promise<Awaited<ReturnType<typeof readPages>>>;
}

async function open(
  behaviour: string,
  probe: ProbeOptions & { readonly keep?: (config: JsonObject) => Promise<void>; readonly declare?: object } = {},
): Promise<Opened> {
  const connector = await testingExecutable(behaviour, probe.declare, options());
  const logs: string[] = [];
  const note = (fields: unknown, message: string): void => void logs.push(`${message} ${JSON.stringify(fields)}`);
  const log: Logger = { debug: note, info: note, warn: note };
  const made = probeContext(connector, { credentials: { token: TOKEN }, log, ...probe });
  const ctx: ConnectorContext = { ...made, ...(probe.keep && { keepConfiguration: probe.keep }) };
  return {
    ctx,
    logs,
    async stream(name = 'users') {
      const streams = await connector.discover(ctx);
      const found = streams.find((one) => one.name === name);
      if (!found) throw new Error(`there are ${streams.map((one) => one.name).join(', ')}`);
      return readPages(found);
    },
  };
}

async function streamOf(behaviour: string, probe: ProbeOptions & { readonly declare?: object } = {}, name = 'users') {
  const connector = await testingExecutable(behaviour, probe.declare, options());
  const streams = await connector.discover(probeContext(connector, { credentials: { token: TOKEN }, ...probe }));
  return streams.find((one) => one.name === name)!;
}

const rowsOf = (pages: Awaited<ReturnType<typeof readPages>>) => pages.flatMap((page) => page.upserts);
const failureOf = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it went well'),
    (error: unknown) => error as Error,
  );
const isAlive = (pid: unknown): boolean => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
};

describe('an executable', () => {
  test('becomes a connector whose settings are those of its specification', async () => {
    const connector = await testingExecutable('good', {}, options());
    expect(connector).toMatchObject({ id: 'testing', touches: 'executables', endpoint: [] });
    expect(connector.config.parse({})).toEqual({ count: 3 });
    expect(connector.config.safeParse({ count: 'many' }).success).toBe(false);
    expect(connector.specified?.split({ token: 'x', count: 1 })).toEqual({
      config: { count: 1 },
      credentials: { token: 'x' },
    });
  });

  test('is asked for its specification once for each version of it', async () => {
    const declaration = declared({ command: ['/bin/sh', '-c', 'echo run >> "$0"', join(folder, 'asked')] });
    const needs = { clock: handClock(), log: silentLog, signal: new AbortController().signal, options: options() };
    await expect(executableSpecification(declaration, needs)).rejects.toThrow(
      'no answer of the Airbyte protocol to spec',
    );
    const one = executableSpecification(declared({ command: [process.execPath, '/no/such'] }), needs);
    await expect(one).rejects.toMatchObject({ reason: 'invalid_answer' });
    const [first, second] = await Promise.all([testingExecutable('good'), testingExecutable('good')]);
    expect(second.specified?.specification).toBe(first.specified?.specification);
  });

  test('answers check, and its refusal is told without secrets', async () => {
    const connector = await testingExecutable('good', {}, options());
    const ctx = (token: string) => probeContext(connector, { credentials: { token } });
    await expect(connector.check(ctx('right'))).resolves.toEqual({ account: 'Testing' });
    const refused = await failureOf(connector.check(ctx('wrong')));
    expect(refused).toMatchObject({ reason: 'configuration', message: 'refused: [secret]' });
  });

  test('that answers nothing is told of', async () => {
    const connector = await testingExecutable('silent', {}, options());
    const ctx = probeContext(connector, { credentials: { token: TOKEN } });
    await expect(connector.check(ctx)).rejects.toThrow('no answer of the Airbyte protocol to check');
  });

  test('shows its streams by namespace and name, with their keys and cursors', async () => {
    const connector = await testingExecutable('good', {}, options());
    const streams = await connector.discover(probeContext(connector, { credentials: { token: TOKEN } }));
    expect(
      streams.map(({ name, incremental, deletes, primaryKey, cursorFields }) => [
        name,
        incremental,
        deletes,
        primaryKey,
        cursorFields,
      ]),
    ).toEqual([
      ['users', true, 'reported', ['id'], undefined],
      ['shop.orders', true, 'reported', ['id', 'name'], ['id', 'name']],
      ['tags', false, 'listing', undefined, undefined],
    ]);
    expect(streams.map((stream) => stream.key({ id: 7, name: 'x' }))).toEqual([
      '7',
      '[7,"x"]',
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  test('hands over records, and each state behind all records before it', async () => {
    const stream = await streamOf('good', { config: { count: 5 } });
    const pages = await readPages(stream);
    expect(pages.map((page) => [page.upserts.map(({ id }) => id), page.cursor, page.complete])).toEqual([
      [[1, 2], { last: 2 }, undefined],
      [[3, 4], { last: 4 }, undefined],
      [[5], { last: 5 }, undefined],
      [[], undefined, true],
    ]);
    const rest = await readPages(stream, { last: 4 });
    expect(rest.map((page) => [page.upserts.map(({ id }) => id), page.cursor, page.complete])).toEqual([
      [[5], { last: 5 }, undefined],
    ]);
  });

  test('keeps states of before there were kinds, and takes a reset for one', async () => {
    const legacy = await streamOf('legacy');
    const [page] = await readPages(legacy);
    expect(page?.cursor).toEqual({ type: 'LEGACY', data: { last: 3 } });
    expect(rowsOf(await readPages(legacy, page?.cursor))).toEqual([]);
    const [reset] = await readPages(await streamOf('resets'));
    expect(reset?.cursor).toEqual({});
  });

  test('gets its state back to the last digit', async () => {
    const stream = await streamOf('posts');
    const { cursor } = (await readPages(stream, { since: 1 })).at(-1)!;
    const stored = stream.parseCursor(JSON.parse(JSON.stringify(cursor)));
    expect(rowsOf(await readPages(stream, stored))).toEqual([{ id: 1, since: '"since":1880000000000000001' }]);
  });

  test('that keeps one state for all streams without being declared so is refused', async () => {
    const error = await failureOf((await open('global')).stream());
    expect(error).toMatchObject({ reason: 'configuration', message: expect.stringContaining('"state": "global"') });
  });

  test('may mark records that are gone', async () => {
    const pages = await readPages(await streamOf('deletes'), { last: 0 });
    expect(pages).toEqual([
      {
        upserts: [
          { id: 1, name: 'a' },
          { id: 2, name: 'b', _ab_cdc_deleted_at: null },
        ],
        deletes: ['1'],
      },
      { upserts: [{ id: 1, name: 'a again' }], cursor: { last: 1 } },
    ]);
  });

  test('that sends many large records is taken in pages of bounded size', async () => {
    const pages = await readPages(await streamOf('flood'), { last: 0 });
    expect(rowsOf(pages)).toHaveLength(3_000);
    expect(Math.max(...pages.map((page) => page.upserts.length))).toBeLessThanOrEqual(500);
    expect(pages.filter((page) => page.cursor !== undefined)).toHaveLength(1);
  });

  test('that replaces its settings has them kept, and is run with the new ones', async () => {
    const kept: JsonObject[] = [];
    const keep = (config: JsonObject): Promise<void> => Promise.resolve(void kept.push(config));
    const opened = await open('control', { keep });
    const stream = (await (await testingExecutable('control', {}, options())).discover(opened.ctx))[0]!;
    const lengths = async () => rowsOf(await readPages(stream)).map((row) => row['token_length']);
    expect(await lengths()).toEqual([undefined, TOKEN.length]);
    expect(await lengths()).toEqual([undefined, TOKEN.length + 1]);
    expect(kept).toEqual([
      { count: 3, token: `${TOKEN}+` },
      { count: 3, token: `${TOKEN}++` },
    ]);
    expect(opened.logs.join('\n')).not.toContain(TOKEN);
  });

  test('that replaces its settings by some that its specification refuses is stopped', async () => {
    const kept: JsonObject[] = [];
    const opened = await open('badcontrol', { keep: (config) => Promise.resolve(void kept.push(config)) });
    const error = await failureOf(opened.stream());
    expect(error).toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('its own specification refuses'),
    });
    expect(kept).toEqual([]);
  });

  test('that ends streams without completing them has failed, and what came before stays', async () => {
    const pages: unknown[] = [];
    const stream = await streamOf('incomplete');
    const error = await failureOf(
      (async () => {
        for await (const page of stream.read(undefined)) pages.push(page);
      })(),
    );
    expect(error).toMatchObject({ reason: 'unavailable', message: expect.stringContaining('users') });
    expect(pages).toEqual([{ upserts: [{ id: 1 }], cursor: { last: 1 } }]);
  });

  test.each([
    ['transient_error', 'unavailable'],
    ['config_error', 'configuration'],
    ['system_error', 'invalid_answer'],
  ])('that tells of a %s fails with %s', async (type, reason) => {
    const error = await failureOf((await open(type)).stream());
    expect(error).toMatchObject({ name: 'ConnectorError', reason });
    expect(error.message).toBe(`users: the source said: ${type}, token [secret]`);
  });

  test('that counts other records than came does not get its state kept', async () => {
    const cursors: unknown[] = [];
    const stream = await streamOf('miscount');
    const error = await failureOf(
      (async () => {
        for await (const page of stream.read(undefined)) cursors.push(page.cursor);
      })(),
    );
    expect(error).toMatchObject({
      reason: 'invalid_answer',
      message: expect.stringContaining('counts 2 records of users, and 1 came'),
    });
    expect(cursors).toEqual([{ last: 1 }]);
  });

  test('that hands over files is refused', async () => {
    await expect((await open('files')).stream()).rejects.toThrow('users hands over files beside its records');
  });

  test('that sends a state nobody can read is stopped, and a record like that is counted', async () => {
    const error = await failureOf((await open('malformed')).stream());
    expect(error).toMatchObject({ reason: 'invalid_answer', message: expect.stringContaining('STATE') });
  });
});

describe('what an executable cannot do', () => {
  test('F1-3 F1-15 its noise is logged without secrets and within bounds, and never becomes a record', async () => {
    const opened = await open('garbage');
    const pages = await opened.stream();
    expect(rowsOf(pages)).toEqual([{ id: 1 }]);
    const said = opened.logs.join('\n');
    expect(said).not.toContain(TOKEN);
    expect(said).toContain('Loading the driver');
    expect(said).toContain('cannot log in with [secret]');
    expect(said).toContain('"stream":"strangers"');
    expect(said).toContain('"unexpectedLines":57');
    expect(opened.logs.length).toBeLessThan(40);
  });

  test('F1-3 its last words are told without secrets when it ends in the middle of a record', async () => {
    const stream = await streamOf('midrecord');
    const pages: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const page of stream.read(undefined)) pages.push(page);
      })(),
    );
    expect(error).toMatchObject({ reason: 'invalid_answer' });
    expect(error.message).toBe(
      'The executable ended with exit code 3, and said: Traceback: no more memory, token [secret]',
    );
    expect(pages).toEqual([{ upserts: [{ id: 1 }], cursor: { last: 1 } }]);
  });

  test('F1-13 a record of 50 MB is passed over and counted, and the others are taken', async () => {
    const pages = await readPages(await streamOf('huge'), { last: 0 });
    expect(rowsOf(pages)).toEqual([{ id: 1 }, { id: 3 }]);
    expect(pages.flatMap((page) => page.failures ?? [])).toEqual([
      { code: 'too_large', message: 'The executable sent a record of 50 MB, which is too large.' },
    ]);
    expect(pages.at(-1)?.cursor).toEqual({ last: 3 });
  });

  test('F1-20 it sees nothing of our environment, and its files are gone when it is', async () => {
    const [page] = await (await open('surroundings')).stream();
    const [row] = page!.upserts as unknown as { env: string[]; home: string; folder: string; options: string[] }[];
    expect(row!.env.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))).toEqual([
      'HOME',
      'LANG',
      'PATH',
      'TMPDIR',
    ]);
    expect(row!.home).toBe(row!.folder);
    expect(row!.options).toEqual([
      '--config',
      join(row!.folder, 'config.json'),
      '--catalog',
      join(row!.folder, 'catalog.json'),
    ]);
    expect(await readdir(folder)).not.toContain(row!.folder.split('/').at(-1));
  });

  test('it cannot hang: silence ends it by the clock', async () => {
    const clock = handClock();
    const stream = await streamOf('hangs', { clock });
    const pages = stream.read(undefined)[Symbol.asyncIterator]();
    expect((await pages.next()).value).toMatchObject({ cursor: { last: 1 } });
    const next = failureOf(Promise.resolve(pages.next()));
    const hand = setInterval(() => clock.set(clock.now() + 60_000), 10);
    onTestFinished(() => clearInterval(hand));
    expect(await next).toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('said nothing for 600 s'),
    });
  });

  test('it cannot stay when it is stopped, even if it ignores being asked', async () => {
    const abort = new AbortController();
    const stream = await streamOf('stubborn', { signal: abort.signal });
    const pages = stream.read(undefined)[Symbol.asyncIterator]();
    const { pid } = (await pages.next()).value.cursor as { readonly pid: number };
    expect(isAlive(pid)).toBe(true);
    abort.abort();
    await expect(pages.next()).rejects.toThrow();
    expect(isAlive(pid)).toBe(false);
  });

  test.each(['stay', 'leave'])('it cannot leave a process behind: %s', async (token) => {
    const stream = await streamOf('forks', { credentials: { token } });
    const pages = stream.read(undefined)[Symbol.asyncIterator]();
    const { pid } = (await pages.next()).value.cursor as { readonly pid: number };
    if (token === 'leave') while (!(await pages.next()).done);
    else await pages.return?.();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  // Only Linux can end a child with its parent, and only `setpriv` (util-linux) asks it to.
  test.runIf(process.platform === 'linux')('it does not outlive us when we are killed', async ({ skip }) => {
    const { setpriv } = await hostTools();
    skip(setpriv === undefined, 'there is no setpriv here');
    const runner = fileURLToPath(new URL('testing-runner.ts', import.meta.url));
    const parent = spawn(process.execPath, [runner, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [told] = (await once(parent.stdout, 'data')) as [Buffer];
    expect(isAlive(told.toString())).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(told.toString())).toBe(false);
    await sweepPrivateFolders(folder);
  });

  test('it leaves no private folder behind, however it ended', async () => {
    expect((await readdir(folder)).filter((name) => name.startsWith('tributary-executable-'))).toEqual([]);
  });
});
