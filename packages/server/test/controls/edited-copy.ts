import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export const root = join(import.meta.dirname, '../../../..');

/** The text with the edit made. Throws when the place is not there exactly once. */
export function edited(
  file: string,
  text: string,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`${file} has ${found} places like '${from}', one was expected`);
  return text.replace(from, () => to);
}

/** The project in a folder of its own, which can be edited; what is installed is linked, the workspaces are the copied ones. */
export class EditedCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'tributary-controls-'));

  constructor() {
    const skipped = new Set(['node_modules', '.git', 'bench', 'docs']);
    for (const name of readdirSync(root)) {
      if (skipped.has(name)) continue;
      const to = join(this.folder, name);
      cpSync(join(root, name), to, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
    }
    linkInstalled(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    for (const name of readdirSync(join(this.folder, 'packages'))) {
      const own = join('packages', name, 'node_modules');
      linkInstalled(join(root, own), join(this.folder, own));
    }
    const scope = join(this.folder, 'node_modules/@tributary');
    mkdirSync(scope);
    for (const name of readdirSync(join(root, 'node_modules/@tributary')))
      symlinkSync(join(this.folder, 'packages', name), join(scope, name));
  }

  /** Makes the edit for as long as `work` takes. */
  async with<T>(
    file: string,
    edit: { readonly from: string; readonly to: string },
    work: () => Promise<T>,
  ): Promise<T> {
    const path = join(this.folder, 'packages', file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, edited(file, text, edit));
    try {
      return await work();
    } finally {
      writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function linkInstalled(from: string, to: string): void {
  // A package whose dependencies are all installed at the root has none of its own.
  if (!existsSync(from)) return;
  const names = readdirSync(from, { withFileTypes: true }).filter(({ name }) => name !== '@tributary');
  mkdirSync(to, { recursive: true });
  for (const { name } of names) symlinkSync(join(from, name), join(to, name));
}
