import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';
import { type OrdersApi, startOrdersApi } from './testing-orders-api.ts';

let folder: string;
let api: OrdersApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-author-'));
  api = await startOrdersApi();
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

async function tributary(...args: readonly string[]) {
  const terminal = testTerminal();
  const code = await runCli(['connector', ...args], terminal);
  return { code, out: terminal.written.out, err: terminal.written.err };
}

const flags = (url: string): readonly string[] => [
  ...['--name', 'orders', '--base-url', url, '--stream', 'orders', '--records', 'items'],
  ...['--paging', 'cursor', '--next', 'meta.next', '--incremental', 'updated_at'],
];

const edit = async (place: string, from: string, to: string): Promise<() => Promise<void>> => {
  const path = join(place, 'manifest.yaml');
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  return () => writeFile(path, text);
};

describe('from a new connector to a test of it', () => {
  let place: string;

  beforeAll(async () => {
    place = join(folder, 'orders');
    const made = await tributary('new', place, ...flags(api.url));
    expect(made.err).toBe('');
    expect(made.out).toContain('manifest.yaml');
    const config = { api_token: api.token, start_date: '2020-01-01T00:00:00Z' };
    await writeFile(join(place, 'config.json'), JSON.stringify(config));
    const recorded = await tributary('test', place, '--record');
    expect(recorded.err).toBe('');
    expect(recorded.code).toBe(0);
    expect(recorded.out).toMatch(/Wrote \d answers/);
  });

  test('a recording is played without the source, and is green', async () => {
    const before = api.asked.length;
    const played = await tributary('test', join(place, 'manifest.yaml'));
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(played.out).toMatch(/orders +4 +\d +passed +\{"updated_at":"2026-01-04T00:00:00Z"\}/);
    expect(api.asked).toHaveLength(before);
    expect(JSON.parse(await readFile(join(place, 'expected.json'), 'utf8'))).toEqual({
      streams: { orders: { records: 4, firstKey: '1' } },
    });
  });
});
