import { readFile } from 'node:fs/promises';
import { airweaveGroups } from '@tributary/server/dialects/airweave/airweave-groups';
import { nativeGroup } from '@tributary/server/http/native/native-group';
import { openApiDocument } from '@tributary/server/http/openapi';

/** Declarations name what their handlers call; nothing is called here. */
const unused = {} as Parameters<typeof nativeGroup>[0] & Parameters<typeof airweaveGroups>[0];

/** `docs/api/openapi.json`: what the service says of itself at `/openapi.json`, without its health routes. */
export async function openApiFile(): Promise<string> {
  const manifest = new URL('../../packages/server/package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const groups = [nativeGroup(unused), ...airweaveGroups(unused)];
  return `${JSON.stringify(openApiDocument(groups, { version, publicUrl: undefined }), null, 1)}\n`;
}
