import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** `script` of util-linux gives a program a terminal of its own. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-answers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ANSWERS = [
  'crm',
  'My CRM',
  'https://crm.test/v1',
  'none',
  'contacts',
  '/people',
  'items',
  'id,region',
  'none',
  '',
];

/** Feeds a program everything at once; `end` says whether nothing more can come. */
async function fed(command: readonly string[], input: string, end: boolean) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TERM: 'xterm' } });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  if (end) child.stdin.end(input);
  else child.stdin.write(input);
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, out, err };
}

const made = async (place: string): Promise<string> => readFile(join(place, 'manifest.yaml'), 'utf8');

test.skipIf(!hasScript)(
  'lines that are pasted at once into a terminal are answers one after the other',
  async () => {
    const place = join(folder, 'pasted');
    const command = [process.execPath, MAIN, 'connector', 'new', place].map((word) => `'${word}'`).join(' ');
    const { code, out } = await fed(['script', '-qec', command, '/dev/null'], `${ANSWERS.join('\r')}\r`, false);
    expect(out).toContain('Next:');
    expect(code).toBe(0);
    const manifest = await made(place);
    for (const part of ['https://crm.test/v1', 'contacts', 'people', 'items', 'region'])
      expect(manifest).toContain(part);
  },
  30_000,
);

test('lines that are piped in are answers, and what they leave open gets the usual one', async () => {
  const place = join(folder, 'piped');
  const command = [process.execPath, MAIN, 'connector', 'new', place];
  const { code, err } = await fed(command, ANSWERS.slice(0, 6).join('\n'), true);
  expect(err).toContain('Title for people [Crm]: My CRM\n');
  expect(code).toBe(0);
  const manifest = await made(place);
  for (const part of ['https://crm.test/v1', 'contacts', 'people', 'data']) expect(manifest).toContain(part);
}, 30_000);

test('a piped answer that is wrong ends the command, and nothing is written', async () => {
  const place = join(folder, 'wrong');
  const { code, err } = await fed([process.execPath, MAIN, 'connector', 'new', place], 'crm\n\nnowhere\nnone\n', true);
  expect(err).toContain('Write an address');
  expect(code).not.toBe(0);
  await expect(made(place)).rejects.toThrow('ENOENT');
}, 30_000);
