/**
 * The links of a Link header (RFC 8288) by their relation, or by their address without one, each with `url` and its
 * parameters, as the Python library requests shows them. No header gives no links.
 */
export function parseLinkHeader(header: string | undefined): Record<string, Readonly<Record<string, string>>> {
  const links: Record<string, Readonly<Record<string, string>>> = {};
  for (const part of (header ?? '').trim().split(/, *(?=<)/)) {
    const [address = '', ...parameters] = part.split(';');
    const url = bare(address, /^[<>'" ]+|[<>'" ]+$/g);
    if (url === '') continue;
    const link: Record<string, string> = { url };
    for (const parameter of parameters) {
      const [name = '', value] = parameter.split(/=(.*)/s);
      if (value !== undefined) link[bare(name, /^['" ]+|['" ]+$/g)] = bare(value, /^['" ]+|['" ]+$/g);
    }
    links[link['rel'] ?? url] = link;
  }
  return links;
}

const bare = (text: string, ends: RegExp): string => text.replaceAll(ends, '');
