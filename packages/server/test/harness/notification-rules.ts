import type { TestService } from './service.ts';

let names = 0;

/** A connection of the type `webhook` in a project; gives its name. */
export async function makeWebhook(
  t: Pick<TestService, 'api'>,
  fullUrl = 'http://127.0.0.1:9/',
  project = 'default',
): Promise<string> {
  const name = `hook-${(names += 1)}`;
  const made = await t.api('POST', `/apiops/projects/${project}/connections/${name}/`, { type: 'webhook', fullUrl });
  if (made.status !== 200) throw new Error(`${made.status}: ${JSON.stringify(made.body)}`);
  return name;
}

/** What makes a rule that sends everything by the connection. */
export function ruleOf(connection: string, change: object = {}) {
  const events = ['sync.failed', 'credential.needs_renewal', 'schema.changed', 'sweep.held'];
  return { name: `Rule of ${connection}`, events, connection, ...change };
}
