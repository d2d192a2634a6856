import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeConnectionType, sampleNotice } from '../../kit/connection-type-contract.ts';
import type { OpenConnection } from '../../kit/connection-type.ts';
import type { JsonObject } from '../../kit/json.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import { fileNaming, patternFault } from './file-name.ts';
import { logback } from './index.ts';
import { formatLine, layoutFault } from './layout.ts';

let home: string;
let root: string;
const stops: (() => unknown)[] = [];

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'logback-')));
  root = join(home, 'root');
  mkdirSync(root);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(home, { recursive: true });
});

const NOON = new Date(2026, 10, 26, 12, 0, 0).getTime();
const DAY = 86_400_000;

/** A connection whose clock stands at `now()`. */
async function open(settings: JsonObject, now: () => number = () => NOON): Promise<OpenConnection> {
  const trial = startTrial(
    logback,
    { logPath: join(root, 'logs'), logFileName: 'app', logPodName: 'node-1', ...settings },
    { roots: [root], refused: [join(root, 'data')] },
  );
  const opened = await logback.open({ ...trial.ctx, clock: { ...trial.ctx.clock, now } });
  stops.push(() => opened.close(), trial.close);
  return opened;
}

const names = (): string[] => readdirSync(join(root, 'logs')).toSorted();
const textOf = (name: string): string => readFileSync(join(root, 'logs', name), 'utf8');

describeConnectionType(logback, {
  least: { logPath: '/srv/logs' },
  full: {
    logPath: '/srv/logs/',
    logFileName: 'tributary',
    logPodName: 'node-1',
    logFilenamePattern: '%d{yyyy-MM-dd_HH}.%i.log',
    logPattern: '%d{HH:mm:ss.SSS} [%thread] %-5level %msg%n',
    maxFileSize: 10,
    maxHistory: 7,
    totalSizeCap: 2,
  },
  unfit: {
    'a name with a path': { settings: { logFileName: '../app' }, field: 'logFileName' },
    'no name': { settings: { logFileName: '' }, field: 'logFileName' },
    'a machine with a path': { settings: { logPodName: 'a/b' }, field: 'logPodName' },
    'a file name that leads away': { settings: { logFilenamePattern: '/%d.%i' }, field: 'logFilenamePattern' },
    'a file name without a counter': { settings: { logFilenamePattern: '%d.log' }, field: 'logFilenamePattern' },
    'a file name without a time': { settings: { logFilenamePattern: '%i.log' }, field: 'logFilenamePattern' },
    'a file name that comes again': { settings: { logFilenamePattern: '%d{dd}.%i.log' }, field: 'logFilenamePattern' },
    'a file name with unknown words': { settings: { logFilenamePattern: '%d{QQ}.%i' }, field: 'logFilenamePattern' },
    'a line with unknown words': { settings: { logPattern: '%highlight(%msg)%n' }, field: 'logPattern' },
    'a line with an unknown time': { settings: { logPattern: '%d{RRR} %msg%n' }, field: 'logPattern' },
    'files of no size': { settings: { maxFileSize: 0 }, field: 'maxFileSize' },
  },
  network: { none: 'it writes files' },
  live() {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'logback-live-')));
    const all = () => readdirSync(join(folder, 'logs')).map((name) => readFileSync(join(folder, 'logs', name), 'utf8'));
    return Promise.resolve({
      settings: { logPath: join(folder, 'logs') },
      around: { roots: [folder] },
      received: (title) => vi.waitFor(() => expect(all().join('')).toContain(title)),
      stop: () => rmSync(folder, { recursive: true }),
    });
  },
});

describe('a line', () => {
  test('is written as the layout says, into a file that is named for machine and day', async () => {
    await (await open({})).notify?.(sampleNotice('A sync\nfailed'));
    expect(names()).toEqual(['app-node-1-2026-11-26.0.log']);
    const time = new Date(sampleNotice('').at);
    const hour = String(time.getHours()).padStart(2, '0');
    const said = 'A sync failed: The source refused the login. The schedule waits until it is renewed.';
    expect(textOf('app-node-1-2026-11-26.0.log')).toBe(
      `2026-11-${time.getDate()} ${hour}:30:15.250 ERROR sync.failed - ${said} {"source_connection":"crm","attempts":3}\n`,
    );
    expect(statSync(join(root, 'logs', names()[0]!)).mode & 0o777).toBe(0o640);
  });

  test('has the names of the host and of the contract when nothing else is given', async () => {
    await (await open({ logFileName: null, logPodName: null })).notify?.(sampleNotice('x'));
    expect(names()).toEqual([`ApinizerApiProxyTraffic-${hostname()}-2026-11-26.0.log`]);
  });

  test.each([
    ['%d{yyyy-MM-dd HH:mm, UTC}|%p|%c|%m', '2026-11-26 12:30|ERROR|sync.failed|x: y {"who":"ada","n":{"a":1}}'],
    ["%d{yyyy-MM-dd'T'HH:mm:ss.SSS, UTC}", '2026-11-26T12:30:15.250'],
    ['%-7level|%7level|%.2level|%.-2level', 'ERROR  |  ERROR|OR|ER'],
    ['%X{who} %X{n} %X{gone} %X{gone:-none} %X{id}', `ada {"a":1}  none ${sampleNotice('').id}`],
    ['[%thread] %ex%nopex 100%% \\%', '[]  100% %'],
  ])('%s reads %s', (layout, line) => {
    const notice = { ...sampleNotice('x'), text: 'y', facts: { who: 'ada', n: { a: 1 } } };
    expect(layoutFault(layout)).toBeUndefined();
    expect(formatLine(layout, notice)).toBe(line);
  });

  test('never holds a second line that somebody else wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (title, text) => {
        const line = formatLine('%d %level %msg %X{a}%n', { ...sampleNotice(title), text, facts: { a: text } });
        expect(line.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029\0]/);
      }),
    );
  });
});

describe('files', () => {
  test('are followed by the next when they are full', async () => {
    const opened = await open({ maxFileSize: 1, logPattern: '%msg%n' });
    const notice = { ...sampleNotice('x'), text: 'y'.repeat(400_000), facts: {} };
    await Promise.all([1, 2, 3, 4, 5].map(async () => await opened.notify?.(notice)));
    expect(names()).toEqual([0, 1, 2].map((at) => `app-node-1-2026-11-26.${at}.log`));
    expect(names().map((name) => textOf(name).split('\n').length - 1)).toEqual([2, 2, 1]);
  });

  test('take a line that is larger than a file may be, alone', async () => {
    const opened = await open({ maxFileSize: 1, logPattern: '%msg%n' });
    const large = { ...sampleNotice('x'), text: 'y'.repeat(1_500_000), facts: {} };
    for (const notice of [large, sampleNotice('small'), large]) await opened.notify?.(notice);
    expect(names().map((name) => textOf(name).length > 1_500_000)).toEqual([true, false, true]);
  });

  test('go on where an earlier process stopped', async () => {
    await (await open({ logPattern: '%msg%n' })).notify?.(sampleNotice('one'));
    await (await open({ logPattern: '%msg%n' })).notify?.(sampleNotice('two'));
    expect(names()).toHaveLength(1);
    expect(textOf(names()[0]!)).toMatch(/^one: .*\ntwo: .*\n$/);
  });

  test('begin anew each day, and are removed when their days are over', async () => {
    let now = NOON;
    const opened = await open({ maxHistory: 2 }, () => now);
    writeFileSync(join(root, 'logs-of-others'), '');
    for (let day = 0; day < 5; day += 1) {
      await opened.notify?.(sampleNotice(`day ${day}`));
      if (day === 0) writeFileSync(join(root, 'logs/app-node-1-notes.txt'), 'mine');
      if (day === 0) writeFileSync(join(root, 'logs/app-node-2-2020-01-01.0.log'), 'of another machine');
      now += DAY;
    }
    expect(names()).toEqual([
      'app-node-1-2026-11-28.0.log',
      'app-node-1-2026-11-29.0.log',
      'app-node-1-2026-11-30.0.log',
      'app-node-1-notes.txt',
      'app-node-2-2020-01-01.0.log',
    ]);
  });

  test('are removed from the oldest on when all of them are too large', async () => {
    mkdirSync(join(root, 'logs'));
    for (const [at, name] of ['2026-11-23.0', '2026-11-24.2', '2026-11-24.10'].entries()) {
      const file = join(root, 'logs', `app-node-1-${name}.log`);
      writeFileSync(file, '');
      // Sparse: large without taking room.
      truncateSync(file, at === 2 ? 900_000_000 : 400_000_000);
    }
    await (await open({ totalSizeCap: 1 })).notify?.(sampleNotice('x'));
    expect(names()).toEqual(['app-node-1-2026-11-24.10.log', 'app-node-1-2026-11-26.0.log']);
  });
});

describe('nothing is written', () => {
  const refused = { name: 'ConnectorError', reason: 'refused' };

  test.each([
    ['outside the roots', () => join(home, 'elsewhere')],
    ['through a step upwards', () => `${root}/logs/../../elsewhere`],
    ['into the data directory', () => join(root, 'data/logs')],
    ['into the data directory itself, be it there or not', () => join(root, 'data')],
  ])('%s', async (_what, path) => {
    await expect(open({ logPath: path() })).rejects.toMatchObject(refused);
    expect(readdirSync(home)).toEqual(['root']);
    expect(readdirSync(root)).toEqual([]);
  });

  test('through a link to a folder, be it made before or after it was opened', async () => {
    mkdirSync(join(home, 'outside'));
    symlinkSync(join(home, 'outside'), join(root, 'linked'));
    symlinkSync(join(home, 'nowhere'), join(root, 'dangling'));
    await expect(open({ logPath: join(root, 'linked') })).rejects.toMatchObject(refused);
    await expect(open({ logPath: join(root, 'linked/deeper') })).rejects.toMatchObject(refused);
    await expect(open({ logPath: join(root, 'dangling/deeper') })).rejects.toThrow();
    const opened = await open({});
    symlinkSync(join(home, 'outside'), join(root, 'logs'));
    await expect(opened.notify?.(sampleNotice('x'))).rejects.toMatchObject(refused);
    expect(readdirSync(join(home, 'outside'))).toEqual([]);
    expect(existsSync(join(home, 'nowhere'))).toBe(false);
  });

  test('into a link or a second name in the place of a file', async () => {
    mkdirSync(join(root, 'logs'));
    const outside = join(home, 'outside.txt');
    writeFileSync(outside, 'theirs');
    const file = join(root, 'logs/app-node-1-2026-11-26.0.log');
    for (const place of [symlinkSync, linkSync]) {
      place(outside, file);
      await expect((await open({})).notify?.(sampleNotice('x'))).rejects.toMatchObject(refused);
      rmSync(file);
    }
    symlinkSync(join(home, 'made.txt'), file);
    await expect((await open({})).notify?.(sampleNotice('x'))).rejects.toMatchObject(refused);
    expect(readFileSync(outside, 'utf8')).toBe('theirs');
    expect(existsSync(join(home, 'made.txt'))).toBe(false);
  });

  test('into a folder that is a file, which is said', async () => {
    writeFileSync(join(root, 'logs'), '');
    await expect(open({})).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('folder'),
    });
  });
});

test('the test of log files says that they may be written, and writes nothing', async () => {
  const trial = startTrial(logback, { logPath: join(root, 'a/b') }, { roots: [root] });
  expect((await trial.test()).message).toContain('may be written to');
  expect(readdirSync(root)).toEqual([]);
  await trial.close();
});

test('names are read back as they were made, and sort by time and number', () => {
  const moment = fc.date({ min: new Date(2000, 0, 1), max: new Date(2100, 0, 1), noInvalidDate: true });
  const counter = fc.nat(1_000);
  const pattern = fc.constantFrom(
    '%d{yyyy-MM-dd}.%i.log',
    '%i-%d{dd.MM.yyyy_HH, UTC}+(a).log',
    '.%d{yyyyMMddHHmmss}%%-%i',
  );
  fc.assert(
    fc.property(pattern, moment, moment, counter, counter, (written, first, second, one, other) => {
      expect(patternFault(written)).toBeUndefined();
      const naming = fileNaming('a.b*', written);
      const [a, b] = [naming.nameAt(first.getTime(), one), naming.nameAt(second.getTime(), other)];
      expect(naming.isOurs(a)).toBe(true);
      expect(naming.isOurs(a.replace('a.b*', 'aXb*'))).toBe(false);
      expect(naming.counterAt(first.getTime(), a)).toBe(one);
      if (naming.nameAt(first.getTime(), 0) === naming.nameAt(second.getTime(), 0))
        expect(Math.sign(naming.compare(a, b))).toBe(Math.sign(one - other));
      if (naming.isBefore(a, second.getTime(), 0)) expect(naming.compare(a, b)).toBeLessThan(0);
    }),
  );
});
