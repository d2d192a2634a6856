import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';

const megabyte = 1_048_576;
const key = 'trib_end-to-end-key-000000000000000000';
const paths = ['/v1/collections', '/tributary/v1/source-connections/check'];

let folder: string;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-bodies-'));
  service = await startServiceProcess(folder);
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The most memory that the service process has ever held, in bytes. */
async function peakMemory(): Promise<number> {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${service.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Sends spaces in chunks, without their length, as fast as they are taken; gives the status and the code. */
async function postChunked(path: string, megabytes: number): Promise<Refusal> {
  const chunk = new Uint8Array(megabyte).fill(0x20);
  async function* chunks() {
    for (let sent = 0; sent < megabytes; sent += 1) yield chunk;
  }
  return post(path, ReadableStream.from(chunks()));
}

interface Refusal {
  readonly status: number;
  readonly code: string | null;
}

async function post(path: string, body: string | ReadableStream<Uint8Array>): Promise<Refusal> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const response = await fetch(service.url + path, { method: 'POST', headers, body, duplex: 'half' });
  await response.arrayBuffer();
  return { status: response.status, code: response.headers.get('x-error-code') };
}

describe('a body', () => {
  it('F1-13 of 100 MB in chunks is refused at 10 MB, and a gigabyte of them takes no more memory than one', async () => {
    for (const path of paths) expect(await postChunked(path, 100)).toEqual({ status: 413, code: 'body_too_large' });
    const before = await peakMemory();
    for (let round = 0; round < 10; round += 1) expect((await postChunked('/v1/collections', 100)).status).toBe(413);
    expect((await peakMemory()) - before).toBeLessThan(100 * megabyte);
  });

  it.each(paths)('F1-13 of just 10 MB is read, and of one byte more is not: %s', async (path) => {
    const filled = (bytes: number) => `{"name":"${'a'.repeat(bytes - 11)}"}`;
    expect(await post(path, filled(10 * megabyte))).toEqual({ status: 422, code: 'invalid_request' });
    expect(await post(path, filled(10 * megabyte + 1))).toEqual({ status: 413, code: 'body_too_large' });
  });

  it.each(paths)('F1-13 that is 10 MB of brackets, or of tiny members, keeps nobody waiting: %s', async (path) => {
    const heavy = [
      '['.repeat(10 * megabyte),
      `[${'0,'.repeat(5 * megabyte - 2)}0]`,
      `{"a":${'{"a":'.repeat(megabyte)}`,
    ];
    for (const body of heavy) {
      const begun = performance.now();
      const [refused, other] = await Promise.all([post(path, body), fetch(`${service.url}/health/live`)]);
      expect(refused.code).toBe('malformed_body');
      expect(other.status).toBe(200);
      expect(performance.now() - begun).toBeLessThan(5_000);
    }
  });
});
