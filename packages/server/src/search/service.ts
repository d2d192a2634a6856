import type { Actor } from '../auth/actor.ts';
import type { FilterCondition, SearchHit } from '../collection-store/port.ts';
import type { SourceConnectionId } from '../lib/ids.ts';

export interface SearchInput {
  readonly text: string;
  readonly limit: number;
  readonly offset: number;
  readonly filter: readonly { readonly conditions: readonly FilterCondition[] }[];
  /** Only these source connections; empty means all of the collection. */
  readonly sourceConnectionIds: readonly SourceConnectionId[];
  readonly strategy: 'hybrid' | 'semantic' | 'keyword';
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** What was really done; another strategy falls back to this. */
  readonly strategy: 'keyword';
}

export interface SearchService {
  /** Throws `collection_not_found`. */
  search(actor: Actor, collectionReadableId: string, input: SearchInput): Promise<SearchAnswer>;
}
