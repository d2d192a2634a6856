import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConnectorError } from './connector-error.ts';

/** Which addresses beside the public ones connectors may reach; written by the operator, never by an API. */
export interface NetworkPolicy {
  /** CIDR ranges such as `10.0.0.0/8` or `::1/128`; `'all'` turns the address check off. */
  readonly allow: readonly string[] | 'all';
}

/** An address that has passed the guard; connect to this one and to nothing else, so that a second DNS answer has no say. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of a name. Rejects with a Node DNS error (`code` is `ENOTFOUND`, …). */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export interface GuardOptions {
  readonly lookup?: Lookup;
}

export interface NetworkGuard {
  /** Checks scheme, port and, when the host is an address in any spelling, the address. Throws `ConnectorError('refused')`. */
  checkUrl(url: URL): void;
  /**
   * The checked addresses of a host name or IP literal, in the order of the resolver. One refused address refuses the
   * name. Throws `ConnectorError`: `refused`, `configuration` (no host name), `unavailable` (does not resolve).
   */
  resolve(host: string): Promise<readonly CheckedAddress[]>;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const SCHEMES = new Set(['http:', 'https:']);

/** Ports of the Fetch standard's "bad port" list (https://fetch.spec.whatwg.org/#port-blocking): mail, shells, X11, IRC, … */
const BAD_PORTS = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Azure's host service answers on a public address; every other metadata service is on a private one. */
const METADATA = new Set(['168.63.129.16']);

const IPV6_GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** The system's resolver. */
export const lookupAll: Lookup = (hostname) => dnsLookup(hostname, { all: true, order: 'verbatim' });

/** Mapped (`::ffff:a.b.c.d`) and NAT64 (`64:ff9b::a.b.c.d`) addresses stand for the IPv4 address inside. */
function unwrap(address: Address): Address {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  const nat64 = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0].every((byte, index) => bytes[index] === byte);
  return nat64 ? new ipaddr.IPv4(bytes.slice(12)) : address;
}

/** Globally reachable unicast (IANA special-purpose registries, as kept by ipaddr.js; IPv6 only inside 2000::/3). */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || METADATA.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(IPV6_GLOBAL);
}

function within(address: Address, range: readonly [Address, number]): boolean {
  const [network, bits] = range;
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
}

function parseRange(text: string): readonly [Address, number] {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address instanceof ipaddr.IPv4 ? 32 : 128];
  } catch (cause) {
    throw new ConnectorError('configuration', `"${text}" is not an address range; write it like 10.0.0.0/8.`, {
      cause,
    });
  }
}

/**
 * The host as the network will understand it: brackets, a trailing dot, percent and full-width spellings and the short,
 * hexadecimal, octal and decimal forms of IPv4 are resolved by the URL parser, which browsers share.
 */
function canonicalHost(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 6 && !bare.includes('%')) return bare;
  const url = /[\s/\\?#@:%]/.test(host) ? null : URL.parse(`http://${host}/`);
  if (!url || url.hostname === '') {
    throw new ConnectorError('configuration', 'The host is not a valid name or address; give it without port or path.');
  }
  return url.hostname.replace(/\.$/, '');
}

const refusal = (host: string): ConnectorError =>
  new ConnectorError(
    'refused',
    `The host ${host} leads to a private or reserved address. If it is meant, the operator can name its range in TRIBUTARY_ALLOW_PRIVATE_NETWORK.`,
  );

/**
 * Builds the one guard that HTTP requests and driver sockets share (OWASP API7, SSRF): resolve, check every address,
 * connect to the checked one. Throws `ConnectorError('configuration')` when the policy names no valid range.
 */
export function createNetworkGuard(policy: NetworkPolicy, options: GuardOptions = {}): NetworkGuard {
  const lookup = options.lookup ?? lookupAll;
  const ranges = policy.allow === 'all' ? 'all' : policy.allow.map(parseRange);

  const allows = (text: string): boolean => {
    if (ranges === 'all') return true;
    if (!ipaddr.isValid(text)) return false;
    const address = unwrap(ipaddr.parse(text));
    return isPublic(address) || ranges.some((range) => within(address, range));
  };

  return {
    checkUrl(url) {
      if (!SCHEMES.has(url.protocol)) {
        throw new ConnectorError('refused', `The scheme ${url.protocol} is not allowed; use http: or https:.`);
      }
      if (url.port !== '' && BAD_PORTS.has(Number(url.port))) {
        throw new ConnectorError('refused', `Port ${url.port} does not speak HTTP and is refused.`);
      }
      const host = canonicalHost(url.hostname);
      if (isIP(host) !== 0 && !allows(host)) throw refusal(host);
    },
    async resolve(host) {
      const name = canonicalHost(host);
      const family = isIP(name);
      if (family !== 0) {
        if (!allows(name)) throw refusal(name);
        return [{ address: name, family: family === 6 ? 6 : 4 }];
      }
      const answers = await lookup(name).catch((cause: unknown) => {
        throw new ConnectorError('unavailable', `The host ${name} does not resolve.`, { cause });
      });
      if (answers.length === 0) throw new ConnectorError('unavailable', `The host ${name} does not resolve.`);
      if (!answers.every((answer) => allows(answer.address))) throw refusal(name);
      return answers.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
    },
  };
}
