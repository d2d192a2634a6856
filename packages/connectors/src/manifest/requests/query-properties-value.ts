import { ConnectorError } from '../../kit/connector-error.ts';
import type { RequestPlace } from '../model/request.ts';

/**
 * The names of a `QueryProperties` component as one parameter, parted by commas: the retriever puts those of the running chunk
 * among the slice's extra fields, under `query_properties`. Throws `ConnectorError('configuration')` when they are missing.
 */
export function queryProperties({ slice }: RequestPlace): string {
  const names = slice.extraFields['query_properties'];
  if (!Array.isArray(names)) {
    throw new ConnectorError('configuration', 'A request asks for query properties, and its retriever gives none.');
  }
  return names.map(String).join(',');
}
