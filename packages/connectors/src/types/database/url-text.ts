/** `${name}`, kept as written when the text around it is escaped. */
const PLACEHOLDER = /(\$\{[A-Za-z_][\w.-]*\})/;

/** Escapes a text for a URL, all but its placeholders. */
export function escapeText(text: string): string {
  return text
    .split(PLACEHOLDER)
    .map((part, at) => (at % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}

/** Reverses `escapeText`, and reads `+` as a space, as Java's drivers do; what is no escape stays as it is. */
export function unescapeText(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

export interface HostPort {
  readonly host: string;
  /** As written: digits or a placeholder; undefined for the default. */
  readonly port: string | undefined;
}

/** `a:1,b,[::1]:2` as its hosts; undefined when one of them cannot be read. */
export function parseHosts(text: string): readonly HostPort[] | undefined {
  const hosts = text.split(',').map(parseHost);
  return hosts.every((one) => one !== undefined) ? hosts : undefined;
}

function parseHost(text: string): HostPort | undefined {
  const found = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]()\s@]*))(?::(\d{1,5}|\$\{[A-Za-z_][\w.-]*\})?)?$/.exec(text.trim());
  if (!found) return undefined;
  const [, address, name = '', port] = found;
  if (port !== undefined && /^\d/.test(port) && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return { host: address ?? unescapeText(name), port };
}

/** The way back from `parseHosts`, for one host. */
export function writeHost({ host, port }: HostPort): string {
  const name = host.includes(':') && /^[\da-fA-F:.]+$/.test(host) ? `[${host}]` : escapeText(host);
  return port === undefined ? name : `${name}:${port}`;
}

/** `k=v` pairs between separators, unescaped, with their order and their names' spelling. */
export function parsePairs(text: string, separator: string): readonly (readonly [name: string, value: string])[] {
  return text
    .split(separator)
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0
        ? ([unescapeText(pair.trim()), ''] as const)
        : ([unescapeText(pair.slice(0, at).trim()), unescapeText(pair.slice(at + 1))] as const);
    });
}
