/** How a list of properties is divided among requests. */
export interface ChunkRules {
  readonly limitType: 'characters' | 'property_count';
  /** Properties, or characters, of one request; absent: one request takes all. */
  readonly limit?: number;
  /** Go with every request, beside the limit. */
  readonly always: readonly string[];
}

/** What a property takes beside its name: the separator, as URLs write it (`%2C`). Source: the CDK's `property_chunking.py`. */
const SEPARATOR_LENGTH = 3;

/**
 * The properties of each request, at least one list. A property that is longer than the limit has a request for itself.
 * Source: the schema's `PropertyChunking`.
 */
export function propertyChunks(properties: readonly string[], rules: ChunkRules): string[][] {
  const { limit, limitType, always } = rules;
  if (limit === undefined || limit <= 0) return [[...properties, ...always]];
  const chunks: string[][] = [];
  let chunk = [...always];
  let size = 0;
  for (const property of properties) {
    const added = limitType === 'characters' ? property.length + SEPARATOR_LENGTH : 1;
    if (size > 0 && size + added > limit) {
      chunks.push(chunk);
      chunk = [...always];
      size = 0;
    }
    chunk.push(property);
    size += added;
  }
  chunks.push(chunk);
  return chunks;
}
