import { execFile } from 'node:child_process';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type RunningService } from '../scripts/demo/service-process.ts';
import { Stage } from '../scripts/demo/stage.ts';

const run = promisify(execFile);
let stage: Stage;
let service: RunningService;
let notes: string;

beforeAll(async () => {
  stage = await Stage.open();
  notes = join(await realpath(stage.folder), 'notes');
  await mkdir(notes);
  await writeFile(join(notes, 'deploy.md'), '# How we deploy\n\nPush to main; the pipeline does the rest.\n');
  await writeFile(join(notes, 'lunch.md'), '# Lunch\n\nAt noon.\n');
  service = await startService(stage, notes);
});

afterAll(() => stage[Symbol.asyncDispose]());

test.each(['first-five-minutes.sh', 'sync-and-search.ts'])('%s reads a folder and finds the note', async (name) => {
  const file = join(import.meta.dirname, name);
  const [command, args] = name.endsWith('.ts') ? [process.execPath, [file]] : ['bash', [file]];
  const { stdout } = await run(command, [...args, notes, 'deploy pipeline'], {
    env: { ...process.env, TRIBUTARY_URL: service.url, TRIBUTARY_API_KEY: service.apiKey },
    timeout: 30_000,
  });
  expect(stdout).toContain('How we deploy');
  expect(stdout).toContain('/notes/deploy.md');
  expect(stdout).toContain('completed');
});
