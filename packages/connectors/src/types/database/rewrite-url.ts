import type { ReadableKind } from './readable-kind.ts';
import { escapeText, unescapeText, writeHost } from './url-text.ts';

/** Where a source finds its database, in the words of its configuration. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly tls: string;
}

/** A URL that says this and nothing else. */
export function writeUrl(kind: ReadableKind, { host, port, database, tls }: Place): string {
  const url = `${kind.scheme}//${writeHost({ host, port: String(port) })}/${escapeText(database)}`;
  if (tls === kind.tlsDefault) return url;
  const { name, value } = kind.tlsParameter(tls, kind.scheme);
  return value === undefined ? url : `${url}?${name}=${value}`;
}

/** The URL with other parts where `now` differs from `before`, and as it was written everywhere else. */
export function rewriteUrl(kind: ReadableKind, url: string, before: Place, now: Place): string {
  const { scheme, userInfo, hosts, path, query } = dissect(url.trim());
  const moved = before.host !== now.host || before.port !== now.port;
  const renamed = before.database !== now.database;
  const parts = [
    scheme,
    '//',
    userInfo,
    moved || hosts === '' ? writeHost({ host: now.host, port: String(now.port) }) : hosts,
    `/${renamed ? escapeText(now.database) : path}`,
  ];
  const rest = before.tls === now.tls ? query : withTls(kind, scheme, query, now.tls);
  return `${parts.join('')}${rest === '' ? '' : `?${rest}`}`;
}

function dissect(url: string) {
  const full =
    /^(?<scheme>jdbc:\w+:)\/\/(?<user>[^@/?;]*@)?(?<hosts>[^/?]*)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/is;
  const short = /^(?<scheme>jdbc:\w+:)\/?(?<path>[^?]*)(?:\?(?<query>.*))?$/is;
  const {
    scheme = '',
    user = '',
    hosts = '',
    path = '',
    query = '',
  } = (full.exec(url) ?? short.exec(url))?.groups ?? {};
  return { scheme, userInfo: user, hosts, path, query };
}

function withTls(kind: ReadableKind, scheme: string, query: string, mode: string): string {
  const kept = query
    .split('&')
    .filter(
      (pair) => pair !== '' && !kind.tlsParameters.includes(unescapeText(pair.split('=')[0] ?? '').toLowerCase()),
    );
  const { name, value } = kind.tlsParameter(mode, scheme);
  return [...kept, ...(value === undefined ? [] : [`${name}=${value}`])].join('&');
}
