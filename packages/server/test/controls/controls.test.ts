import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removedControls } from './controls.ts';
import { edited, root } from './edited-copy.ts';

it.each(removedControls)('$row can be taken out for a trial: $removes', ({ file, tests, ...edit }) => {
  const path = join(root, 'packages', file);
  expect(edited(file, readFileSync(path, 'utf8'), edit)).not.toContain(edit.from);
  expect(tests.filter((test) => !existsSync(join(root, 'packages', test)))).toEqual([]);
});
