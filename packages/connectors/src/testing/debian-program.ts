import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts servers; not on everybody's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/**
 * The path of a program of Debian's that a test needs (`scripts/install-test-servers.sh` installs them all), or `undefined`
 * after a line that says what is left out. Use it with `describe.skipIf(program === undefined)`.
 */
export function findDebianProgram(name: string, debianPackage: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) {
    process.stderr.write(
      `Skipped: ${name} is not installed (Debian package ${debianPackage}); its tests do not run.\n`,
    );
  }
  return found;
}
