import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlayedObject {
  readonly key: string;
  readonly etag?: string;
  readonly modified?: string;
  readonly storageClass?: string;
  readonly size?: number;
  /** The answer to a download; the text `words of <key>` by default. */
  readonly get?: PlayedAnswer;
}

export interface PlayedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface PlayedStore {
  readonly url: string;
  /** Keys that were downloaded, in their order, and the headers of the last request. */
  readonly asked: string[];
  headers(): Readonly<Record<string, string | string[] | undefined>>;
  close(): void;
}

/** An error in S3's words. */
export function errorAnswer(status: number, code: string, more: Readonly<Record<string, string>> = {}): PlayedAnswer {
  const parts = Object.entries({ Code: code, Message: 'in other words', ...more });
  const xml = parts.map(([name, value]) => `<${name}>${value}</${name}>`).join('');
  return { status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0"?><Error>${xml}</Error>` };
}

const formEscaped = (key: string): string => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

function listing(objects: readonly PlayedObject[]): PlayedAnswer {
  const contents = objects.map(
    ({ key, etag = '0', modified = '2026-01-01T00:00:00.000Z', storageClass = 'STANDARD', size = 10 }) =>
      `<Contents><Key>${formEscaped(key)}</Key><LastModified>${modified}</LastModified><ETag>&quot;${etag}&quot;</ETag>` +
      `<Size>${size}</Size><StorageClass>${storageClass}</StorageClass></Contents>`,
  );
  const xml = `<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents.join('')}`;
  return { status: 200, body: `<?xml version="1.0"?><ListBucketResult>${xml}</ListBucketResult>` };
}

/** Plays what `s3rver` cannot: archives, refusals, other regions, keys that no file system holds. `list` overrides the listing. */
export async function playStore(objects: readonly PlayedObject[], list?: PlayedAnswer): Promise<PlayedStore> {
  const asked: string[] = [];
  let headers = {};
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://store');
    headers = request.headers;
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const said = url.searchParams.has('list-type')
      ? (list ?? listing(objects))
      : (objects.find((one) => one.key === key)?.get ?? { status: 200, body: `words of ${key}` });
    if (!url.searchParams.has('list-type')) asked.push(key);
    response.writeHead(said.status, said.headers).end(said.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    headers: () => headers,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
