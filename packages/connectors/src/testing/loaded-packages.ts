import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The installed packages that a process of its own loads when it loads everything that a catalogue lists: `file` is the
 * catalogue's module, `name` what it exports. Workspaces are left out.
 */
export async function packagesLoadedBy(file: URL, name: string): Promise<readonly string[]> {
  const script = `
    const { registerHooks } = await import('node:module');
    const packages = new Set();
    registerHooks({
      load(url, context, next) {
        const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url)?.[1];
        if (name !== undefined) packages.add(name);
        return next(url, context);
      },
    });
    const { ${name}: catalogue } = await import(${JSON.stringify(file.href)});
    for (const load of Object.values(catalogue)) await load();
    process.stdout.write(JSON.stringify([...packages]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return (JSON.parse(stdout) as string[]).filter((one) => one !== 'tributary' && !one.startsWith('@tributary'));
}
