import type { Actor } from '../auth/actor.ts';
import type { Listed, PageRequest } from '../collections/model.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type {
  CheckInput,
  CheckResult,
  CreateInput,
  SourceConnectionDetail,
  SourceConnectionListItem,
  UpdateInput,
} from './model.ts';

/** Standing orders: which source is read into which collection, and when. Every call stays inside the actor's organization. */
export interface SourceConnectionService {
  /**
   * Checks everything (source, method, credentials, configuration, schedule, a live call, collection), then stores
   * connection, sealed credential, source connection and, unless told otherwise, its first job in one transaction.
   */
  create(actor: Actor, input: CreateInput): Promise<SourceConnectionDetail>;
  /** Tries configuration and credentials without saving anything. */
  check(actor: Actor, input: CheckInput): Promise<CheckResult>;
  /** Throws `source_connection_not_found`, also for another organization's id. */
  get(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  /** Newest first; `collection` filters by readable id (an unknown one gives an empty list). */
  list(actor: Actor, page: PageRequest, collection: string | undefined): Promise<Listed<SourceConnectionListItem>>;
  /** `ifVersion`: refuse with `precondition_failed` when the stored version is another. */
  update(
    actor: Actor,
    id: SourceConnectionId,
    change: UpdateInput,
    ifVersion?: number,
  ): Promise<SourceConnectionDetail>;
  /** Gives the object as it was; its rows and files are gone when this returns, or shortly after for large ones. */
  remove(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  pause(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  resume(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
  /** Lets the next listing delete what was held back, and starts it. Throws `sweep_not_held`. */
  confirmSweep(actor: Actor, id: SourceConnectionId): Promise<SourceConnectionDetail>;
}
