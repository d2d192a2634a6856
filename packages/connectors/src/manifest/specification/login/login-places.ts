import type { OAuth2Provider } from '../../../kit/oauth-provider.ts';
import type { JsonObject } from '../../../kit/json.ts';
import type { LoginInput } from './login-inputs.ts';

/** A login's requests with `trial(setting)` in place of every input. */
interface TriedLogin {
  trial(setting: string): string;
  readonly consent: string;
  /** Addresses that are sent the client's secret. */
  readonly secret: readonly string[];
  /** All of the token request. */
  readonly sent: string;
}

export interface LoginPlaces extends Pick<OAuth2Provider, 'anyHost'> {
  readonly parameters: NonNullable<OAuth2Provider['parameters']>;
}

/** The part of a host, with a port where it may end there. */
const HOST = /[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?(?::\d{1,5})?/;
/** A whole beginning of an address. */
const ORIGIN = /https?:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?(?::\d{1,5})?(?:\/[\w~-]+)*/;
/** One part of a path or a query. */
const WORD = /(?!\.{1,2}$)[^\s/?#&=\\%{}"<>]{1,200}/;
/** What a host must end in for its owner to be the one whom the manifest names: two labels at least. */
const OWNER = /^(?:\.[a-z0-9-]+){2,}(?::\d+)?$/i;

/**
 * The inputs that the requests hold. What may be in one depends on where it stands in the addresses; the choices of its schema go
 * before that. `anyHost`: whoever fills them in may choose to whom the client's secret is sent.
 */
export function loginPlaces(inputs: readonly LoginInput[], tried: TriedLogin): LoginPlaces {
  const { trial, consent, secret, sent } = tried;
  const addresses = [consent, ...secret];
  const used = inputs.filter(({ setting }) => [...addresses, sent].some((text) => text.includes(trial(setting))));
  const parameters = used.map(({ setting, path, schema, apart }) => {
    const title = typeof schema['title'] === 'string' ? schema['title'] : setting;
    const place = placeOf(trial(setting), addresses, choicesOf(schema));
    const isNested = !apart && path.length > 1;
    return [setting, { title, ...place, ...(isNested && { at: path }) }] as const;
  });
  const free = used.filter(({ schema }) => choicesOf(schema).length === 0).map(({ setting }) => trial(setting));
  const anyHost = secret.some((address) => isOpen(address, free));
  return { parameters: Object.fromEntries(parameters), ...(anyHost && { anyHost }) };
}

const choicesOf = ({ enum: given }: JsonObject): readonly string[] =>
  Array.isArray(given)
    ? (given as readonly unknown[]).filter((one) => typeof one === 'string' && one !== '').map(String)
    : [];

interface Place {
  readonly pattern: RegExp;
  readonly example: string;
}

function placeOf(text: string, addresses: readonly string[], choices: readonly string[]): Place {
  const place = freePlace(text, addresses);
  const [first] = choices;
  if (first === undefined) return place;
  return { pattern: new RegExp(choices.map((one) => RegExp.escape(one)).join('|')), example: first };
}

function freePlace(text: string, addresses: readonly string[]): Place {
  if (addresses.some((address) => address.startsWith(text))) return { pattern: ORIGIN, example: 'https://example.com' };
  const hosts = addresses.map(hostOf);
  if (hosts.some((host) => host === text)) return { pattern: HOST, example: 'example.com' };
  return hosts.some((host) => host.includes(text))
    ? { pattern: HOST, example: 'example' }
    : { pattern: WORD, example: 'example' };
}

const hostOf = (address: string): string => /^[a-z]+:\/\/([^/?#]*)/i.exec(address)?.[1] ?? '';

/** Whether what is filled in says who owns the host. */
function isOpen(address: string, free: readonly string[]): boolean {
  if (free.some((text) => address.startsWith(text))) return true;
  const host = hostOf(address);
  const ends = free.filter((text) => host.includes(text)).map((text) => host.lastIndexOf(text) + text.length);
  return ends.length > 0 && !OWNER.test(host.slice(Math.max(...ends)));
}
