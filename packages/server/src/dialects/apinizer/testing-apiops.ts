import { startTestService, type Answer, type TestService } from '../../../test/harness/service.ts';

/** A mail connection as the published page sends it. */
export const mail = {
  type: 'email',
  host: 'smtp.example.com',
  port: 2525,
  enableStartTls: true,
  auth: true,
  username: 'mailer@example.com',
  password: 'canary-password',
  from: 'noreply@example.com',
};

export interface Apiops {
  readonly service: TestService;
  /** Sends to `/apiops/projects/default/connections<path>` with a Bearer header, as clients of this contract do. */
  on(method: string, path: string, body?: unknown, options?: ApiopsOptions): Promise<Answer>;
  /** A connection of its own name; gives the name. */
  make(body?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The one object that a GET of the connection lists. */
  show(name: string, options?: ApiopsOptions): Promise<any>; // oxlint-disable-line typescript/no-explicit-any -- asserted field by field in tests
  /** The newest actions in the audit log, newest first. */
  actions(count: number): Promise<readonly string[]>;
}

interface ApiopsOptions {
  readonly key?: string;
  readonly project?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let names = 0;

/** The whole service, for tests of this dialect; stop it in `afterAll`. */
export async function startApiops(env: Readonly<Record<string, string>> = {}): Promise<Apiops> {
  const t = await startTestService(env);
  const on: Apiops['on'] = (method, path, body, { key = t.key, project = 'default', headers } = {}) =>
    t.api(method, `/apiops/projects/${project}/connections${path}`, body, {
      key: null,
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
  return {
    service: t,
    on,
    async make(body = mail) {
      const name = `connection-${(names += 1)}`;
      const made = await on('POST', `/${name}/`, body);
      if (made.status !== 200) throw new Error(`${made.status}: ${JSON.stringify(made.body)}`);
      return name;
    },
    async show(name, options) {
      const { status, body } = await on('GET', `/${name}/`, undefined, options);
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
      return body.resultList[0];
    },
    async actions(count) {
      const { body } = await t.api('GET', `/tributary/v1/audit-events?limit=${count}`);
      return body.items.map(({ action }: { action: string }) => action);
    },
  };
}
