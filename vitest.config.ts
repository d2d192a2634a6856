import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongFilesFirst from './scripts/long-files-first.ts';

const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
  // A condition that holds soon on a quiet machine may take long on a busy one.
  expect: { poll: { timeout: 30_000, interval: 20 } },
};

/** `unit` needs nothing but the file; `e2e` starts the service as its own process. Both bring what they need from npm. */
export default defineConfig({
  test: {
    // One more than the cores of a small machine: tests of processes wait for half of their time, for leases, starts and ends.
    maxWorkers: 3,
    sequence: { sequencer: LongFilesFirst },
    // Most of what a process does that a test starts is to read the same sources: all of them keep here what they have compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/tributary-tests') },
    reporters: ['default', './scripts/closing-line.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['packages/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts', 'examples/**/*.test.ts'],
        },
      },
      { test: { ...shared, name: 'e2e', include: ['packages/server/test/e2e/**/*.e2e.ts'], testTimeout: 120_000 } },
    ],
  },
});
