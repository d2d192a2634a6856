import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The text of a file that comes with a connector, in its own folder.
 * @param folder `import.meta.dirname` of the connector's `index.ts`
 */
export function readShippedFile(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}
