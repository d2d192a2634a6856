import type { Notification, NotificationEvent, NotificationRule, NotificationTest } from './notification-model.ts';
import type { CallOptions, Transport } from './transport.ts';

export interface NotificationRuleInput {
  readonly name: string;
  readonly events: readonly NotificationEvent[];
  /** Name of a connection of the project, of a type that carries notifications. */
  readonly connection: string;
  /** Whose workers send; default `production`. */
  readonly environment?: string;
  readonly enabled?: boolean;
  /** Ids; null, the default: all of the project. */
  readonly sourceConnections?: readonly string[] | null;
  /** Default `info`: everything. */
  readonly minSeverity?: NotificationRule['minSeverity'];
}

export interface NotificationListOptions extends CallOptions {
  /** Id of a rule. */
  readonly rule?: string;
  readonly state?: Notification['state'];
  readonly pageSize?: number;
}

/** Who is told what, by which connection of a project, and what became of it. */
export class Notifications {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The rules of a project, by name. */
  listRules(project: string, { signal }: CallOptions = {}): Promise<readonly NotificationRule[]> {
    return this.#transport.json({ method: 'GET', path: rulesOf(project), signal });
  }

  getRule(project: string, id: string, { signal }: CallOptions = {}): Promise<NotificationRule> {
    return this.#transport.json({ method: 'GET', path: ruleOf(project, id), signal });
  }

  createRule(
    project: string,
    input: NotificationRuleInput,
    options: CallOptions & { readonly idempotencyKey?: string } = {},
  ): Promise<NotificationRule> {
    const idempotencyKey = options.idempotencyKey ?? crypto.randomUUID();
    const { signal } = options;
    return this.#transport.json({ method: 'POST', path: rulesOf(project), body: input, idempotencyKey, signal });
  }

  updateRule(
    project: string,
    id: string,
    change: Partial<NotificationRuleInput>,
    { signal }: CallOptions = {},
  ): Promise<NotificationRule> {
    return this.#transport.json({ method: 'PATCH', path: ruleOf(project, id), body: change, signal });
  }

  /** With its history; gives it as it was. */
  deleteRule(project: string, id: string, { signal }: CallOptions = {}): Promise<NotificationRule> {
    return this.#transport.json({ method: 'DELETE', path: ruleOf(project, id), signal });
  }

  /** Sends a test by the rule's connection, and says within fifteen seconds how it went. */
  testRule(project: string, id: string, { signal }: CallOptions = {}): Promise<NotificationTest> {
    return this.#transport.json({ method: 'POST', path: `${ruleOf(project, id)}/test`, signal });
  }

  /** What was told or waits to be, newest first; pages are fetched as they are needed. */
  async *list(project: string, options: NotificationListOptions = {}): AsyncGenerator<Notification, void> {
    const { rule, state, pageSize, signal } = options;
    const path = `/tributary/v1/projects/${encodeURIComponent(project)}/notifications`;
    for (let after: string | undefined, more = true; more;) {
      const query = { rule, state, limit: pageSize, after };
      const page: { readonly items: readonly Notification[]; readonly next: string | null } =
        await this.#transport.json({ method: 'GET', path, query, signal });
      yield* page.items;
      after = page.next ?? undefined;
      more = after !== undefined;
    }
  }
}

function rulesOf(project: string): string {
  return `/tributary/v1/projects/${encodeURIComponent(project)}/notification-rules`;
}

function ruleOf(project: string, id: string): string {
  return `${rulesOf(project)}/${encodeURIComponent(id)}`;
}
