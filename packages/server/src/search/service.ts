import type { Actor } from '../auth/actor.ts';
import type { CollectionReaders, FilterCondition, SearchHit } from '../collection-store/port.ts';
import type { CollectionService } from '../collections/service.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type { SourceRemoval } from '../source-connections/removal.ts';

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

interface Needs {
  readonly readers: CollectionReaders;
  readonly collections: CollectionService;
  readonly removal: SourceRemoval;
}

export function createSearchService({ readers, collections, removal }: Needs): SearchService {
  return {
    async search(actor, readableId, input) {
      const collection = await collections.get(actor, readableId);
      const hits = await readers.search(collection.id, {
        text: input.text,
        limit: input.limit,
        offset: input.offset,
        filter: input.filter,
        only: input.sourceConnectionIds,
        except: await removal.listPending(actor.organizationId, collection.id),
      });
      return { hits, strategy: 'keyword' };
    },
  };
}
