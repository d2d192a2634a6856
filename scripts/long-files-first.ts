import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Test files that run for most of a minute and more, in the order in which they start. Vitest does not know on a fresh checkout how
 * long a file runs and goes by its size, so that a small one among them would start last and leave the other workers idle.
 */
export const LONG_FILES: readonly string[] = [
  'packages/server/test/e2e/canary.e2e.ts',
  'packages/server/test/e2e/deployments.e2e.ts',
  'packages/server/test/e2e/crash-harness.e2e.ts',
  'packages/server/src/auth/oauth/renewal/processes.postgres.test.ts',
  'packages/server/src/auth/oauth/renewal/processes.sqlite.test.ts',
];

/** Vitest's own order, behind the files that are known to take long. */
export default class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONG_FILES.findIndex((file) => moduleId.endsWith(`/${file}`));
  return place === -1 ? LONG_FILES.length : place;
}
