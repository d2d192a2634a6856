import type { CreateOptions } from './collections.ts';
import type {
  IntegrationSource,
  IntegrationSourceColumn,
  IntegrationSourceCreate,
  IntegrationSourceJob,
  IntegrationSourceRelationship,
  IntegrationSourceStream,
  IntegrationSourceUpdate,
  RelationshipStatus,
  RelationshipType,
  SourceType,
} from './integration-source-model.ts';
import { eachItem, type ListOptions } from './pages.ts';
import type { CallOptions, Transport } from './transport.ts';

const root = '/api/integration-sources';
const at = (id: string, part = '') => `${root}/${encodeURIComponent(id)}${part}`;

/** The catalogue: connections with what they can do, what is read of them, and how their last sync went. */
export class IntegrationSources {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Newest first. */
  list(
    options: ListOptions & {
      readonly sourceType?: SourceType;
      readonly connectorType?: string;
      readonly isActive?: boolean;
    } = {},
  ): AsyncGenerator<IntegrationSource, void> {
    const { sourceType, connectorType, isActive } = options;
    const filters = {
      source_type: sourceType,
      connector_type: connectorType,
      is_active: isActive === undefined ? undefined : String(isActive),
    };
    return eachItem(this.#transport, root, filters, options);
  }

  get(id: string, options: CallOptions = {}): Promise<IntegrationSource> {
    return this.#transport.json({ method: 'GET', path: at(id), signal: options.signal });
  }

  /** Makes a connection; with `collection` it is read into that from now on. */
  create(input: IntegrationSourceCreate, options: CreateOptions = {}): Promise<IntegrationSource> {
    return this.#transport.json({
      method: 'POST',
      path: root,
      body: input,
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
      signal: options.signal,
    });
  }

  /** Changes what is given. Throws `conflict` for a label that is taken and a `description_version` that is stale. */
  update(id: string, change: IntegrationSourceUpdate, options: CallOptions = {}): Promise<IntegrationSource> {
    return this.#transport.json({ method: 'PUT', path: at(id), body: change, signal: options.signal });
  }

  /** With all that was read of it. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.json({ method: 'DELETE', path: at(id), signal: options.signal });
  }

  /** Asks the source; `connection_status` says how that went. */
  test(id: string, options: CallOptions = {}): Promise<IntegrationSource> {
    return this.#transport.json({ method: 'POST', path: at(id, '/test'), signal: options.signal });
  }

  streams(id: string, options: CallOptions = {}): Promise<readonly IntegrationSourceStream[]> {
    return this.#transport.json({ method: 'GET', path: at(id, '/streams'), signal: options.signal });
  }

  /** null: all streams. */
  select(id: string, streams: readonly string[] | null, options: CallOptions = {}): Promise<IntegrationSource> {
    const body = { selected_streams: streams };
    return this.#transport.json({ method: 'PUT', path: at(id, '/streams'), body, signal: options.signal });
  }

  /** Starts a sync; a source that is not read yet is read into `collection` from now on. */
  sync(
    id: string,
    options: CallOptions & { readonly collection?: string; readonly full?: boolean } = {},
  ): Promise<IntegrationSource> {
    const { collection, full = false, signal } = options;
    const body = { full_refresh: full, ...(collection !== undefined && { collection }) };
    return this.#transport.json({ method: 'POST', path: at(id, '/sync'), body, signal });
  }

  /** Newest first. */
  jobs(id: string, options: CallOptions & { readonly limit?: number } = {}): Promise<readonly IntegrationSourceJob[]> {
    const { limit, signal } = options;
    return this.#transport.json({ method: 'GET', path: at(id, '/jobs'), query: { limit }, signal });
  }

  /** Describes the source by its schema, with the operator's language model if there is one. */
  describe(id: string, options: CallOptions = {}): Promise<IntegrationSource> {
    return this.#transport.json({ method: 'POST', path: at(id, '/description/generate'), signal: options.signal });
  }

  columns(
    id: string,
    options: CallOptions & { readonly activeOnly?: boolean } = {},
  ): Promise<readonly IntegrationSourceColumn[]> {
    const query = { active_only: options.activeOnly };
    return this.#transport.json({ method: 'GET', path: at(id, '/columns'), query, signal: options.signal });
  }

  relationships(
    id: string,
    options: CallOptions & { readonly status?: RelationshipStatus; readonly type?: RelationshipType } = {},
  ): Promise<readonly IntegrationSourceRelationship[]> {
    const { status, type, signal } = options;
    return this.#transport.json({ method: 'GET', path: at(id, '/relationships'), query: { status, type }, signal });
  }

  decideRelationship(
    relationshipId: string,
    decision: { readonly status?: RelationshipStatus; readonly score?: number; readonly evidence?: string | null },
    options: CallOptions = {},
  ): Promise<IntegrationSourceRelationship> {
    const path = `${root}/relationships/${encodeURIComponent(relationshipId)}`;
    return this.#transport.json({ method: 'PUT', path, body: decision, signal: options.signal });
  }
}
