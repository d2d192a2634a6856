import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { startService, type RunningService } from '../../src/main.ts';
import { eventually } from './eventually.ts';
import { judge } from './published-contract.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into bodies of many shapes; the judge and the assertions check them.
  readonly body: any; // oxlint-disable-line typescript/no-explicit-any -- asserted field by field in tests
}

interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Another key than the first organization's; null sends none. */
  readonly key?: string | null;
}

export interface TestService {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  /** Sends JSON and reads JSON; a string body is sent as it is. Every 2xx body of the root face is judged. */
  api(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** Another tenant with a key of every scope. */
  newOrganization(): Promise<{ readonly key: string }>;
  /** A key of the first organization with just these scopes. */
  newKey(scopes: readonly string[]): Promise<string>;
  /** A fresh collection; gives its readable id. */
  newCollection(key?: string): Promise<string>;
  /** A connected `stub` source; gives the create answer's body. Its first job is awaited unless told otherwise. */
  newStub(options?: StubOptions): Promise<any>; // oxlint-disable-line typescript/no-explicit-any -- asserted field by field in tests
  /** The newest job of the source connection once it has ended. */
  waitForJob(sourceConnectionId: string): Promise<any>; // oxlint-disable-line typescript/no-explicit-any -- asserted field by field in tests
  stop(): Promise<void>;
}

interface StubOptions {
  readonly collection?: string;
  readonly shortName?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Wait for the first job to end; the default. */
  readonly wait?: boolean;
}

const testKey = 'trib_test-key-of-the-first-organization-0001';
const ended = new Set(['completed', 'failed', 'cancelled']);

/** Starts the whole service, workers included, on embedded stores in a fresh folder; stop it in `afterAll`. */
export async function startTestService(env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const config = loadConfig({
    PORT: '0',
    TRIBUTARY_DATA_DIR: dataDir,
    TRIBUTARY_BOOTSTRAP_API_KEY: testKey,
    TRIBUTARY_BOOTSTRAP_EMAIL: 'owner@example.com',
    TRIBUTARY_INTERNAL_SOURCES: '1',
    TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8,::1/128',
    TRIBUTARY_RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const service = await startService(config, { validateResponses: true });
  return new Harness(service, dataDir);
}

class Harness implements TestService {
  readonly #service: RunningService;
  readonly dataDir: string;
  readonly key = testKey;

  constructor(service: RunningService, dataDir: string) {
    this.#service = service;
    this.dataDir = dataDir;
  }

  get url(): string {
    return this.#service.url;
  }

  async api(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const key = options.key === undefined ? this.key : options.key;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(key !== null && { 'x-api-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
    if (response.ok) judge(method, path, answer.status, answer.body);
    return answer;
  }

  async newOrganization(): Promise<{ readonly key: string }> {
    return { key: await this.#service.createOrganization(`Organization ${Math.random().toString(36).slice(2)}`) };
  }

  async newKey(scopes: readonly string[]): Promise<string> {
    const made = await this.api('POST', '/tributary/v1/api-keys', { name: 'test', email: 'test@example.com', scopes });
    return made.body.key;
  }

  async newCollection(key = this.key): Promise<string> {
    const made = await this.api('POST', '/collections', { name: 'Test Collection' }, { key });
    return made.body.readable_id;
  }

  async newStub(options: StubOptions = {}): Promise<unknown> {
    const made = await this.api('POST', '/v1/source-connections', {
      short_name: options.shortName ?? 'stub',
      readable_collection_id: options.collection ?? (await this.newCollection()),
      config: options.config ?? { entity_count: 5 },
      authentication: { credentials: options.credentials ?? { stub_key: 'key' } },
      ...options.body,
    });
    if (made.status !== 200) throw new Error(`create gave ${made.status}: ${JSON.stringify(made.body)}`);
    if (options.wait !== false) await this.waitForJob(made.body.id);
    return made.body;
  }

  waitForJob(id: string): Promise<unknown> {
    return eventually(`the newest job of ${id}`, async () => {
      const { body } = await this.api('GET', `/source-connections/${id}/jobs?limit=1`);
      return ended.has(body[0]?.status) ? body[0] : undefined;
    });
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
