import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { startTestService, type Answer, type TestService } from '../../../test/harness/service.ts';

/** The service on one of the control stores, with calls to the integration sources. */
export interface SourceRig {
  readonly t: TestService;
  /** A server for sources, and for the control store when that is PostgreSQL. */
  readonly postgres: RunningPostgres;
  call(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** A source of the test connector; gives the resource. */
  newSource(body?: object, key?: string): Promise<Answer['body']>;
  stop(): Promise<void>;
}

export const stores = ['sqlite', 'postgres'] as const;

/** Starts the service with its control store there; stop it in `afterAll`. */
export async function startSourceRig(
  store: (typeof stores)[number],
  env: Readonly<Record<string, string>> = {},
): Promise<SourceRig> {
  const postgres = await startPostgres();
  const database = store === 'postgres' ? { DATABASE_URL: await postgres.createDatabase('control') } : {};
  const t = await startTestService({ ...database, ...env });
  const call: SourceRig['call'] = (method, path, body, key = t.key) =>
    t.api(method, `/api/integration-sources${path}`, body, { key: null, headers: { authorization: `Bearer ${key}` } });
  let count = 0;
  return {
    t,
    postgres,
    call,
    async newSource(body = {}, key) {
      count += 1;
      const wanted = { name: `Source ${count}`, source_type: 'saas', connector_type: 'stub' };
      const configuration = { entity_count: 3, stub_key: 'canary-of-the-stub' };
      const made = await call('POST', '', { ...wanted, configuration, ...body }, key);
      if (made.status !== 201) throw new Error(`create gave ${made.status}: ${JSON.stringify(made.body)}`);
      return made.body;
    },
    async stop() {
      await t.stop();
      await postgres.stop();
    },
  };
}
