import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type RunningService } from './demo/service-process.ts';
import { Stage } from './demo/stage.ts';

const root = join(import.meta.dirname, '..');
const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/*.md', 'bench/*.md'], { cwd: root }).filter(
  (path) => !path.includes('node_modules'),
);
const read = (path: string) => readFileSync(join(root, path), 'utf8');

test.each(pages)('the links of %s lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

const snippets = pages.flatMap((page) =>
  [...read(page).matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, file = '', code = '']) => ({
    page,
    file,
    code,
  })),
);

test.each(snippets)('what $page shows of $file is in that file', ({ file, code }) => {
  expect(read(file)).toContain(code);
});

describe('the first five minutes of the README', () => {
  let stage: Stage;
  let service: RunningService;

  beforeAll(async () => {
    stage = await Stage.open();
    service = await startService(stage, join(root, 'docs'));
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  test('every command works, one after the other', { timeout: 160_000 }, async () => {
    const section = /## The first five minutes\n([\s\S]*?)\n## /.exec(read('README.md'))?.[1] ?? '';
    const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code);
    expect(blocks).toHaveLength(3);
    const script = ['set -euo pipefail', ...blocks].join('\n').replaceAll('http://127.0.0.1:8787', service.url);
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: root,
      env: {
        ...process.env,
        PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
        TRIBUTARY_URL: service.url,
        TRIBUTARY_API_KEY: service.apiKey,
      },
      timeout: 150_000,
    });
    expect(stdout).toContain('our-docs');
    expect(stdout).toMatch(/completed {2}\d+ inserted/);
    expect(stdout).toMatch(/completed {2}0 inserted, 0 updated, 0 deleted, 0 failed/);
    expect(stdout).toContain('"readable_id":"by-hand"');
  });
});
