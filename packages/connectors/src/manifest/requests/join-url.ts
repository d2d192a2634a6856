import { ConnectorError } from '../../kit/connector-error.ts';

/**
 * Joins as Python's `urljoin` does, with a slash behind `base`: a full URL as `path` replaces it, a path that begins with a slash
 * replaces the path of `base`. An empty `path` leaves `base` as it is. Throws `ConnectorError('configuration')`.
 */
export function joinUrl(base: string, path: string): string {
  if (path === '') return base;
  const joined = URL.parse(path, base.endsWith('/') ? base : `${base}/`);
  if (!joined) {
    throw new ConnectorError('configuration', 'The URL of a request is not valid; look at `url_base` and `path`.');
  }
  return joined.href;
}
