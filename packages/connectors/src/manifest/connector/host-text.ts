import type { JsonObject } from '../../kit/json.ts';

/** Longer ones are cut; nobody compares them by eye. */
const MOST_LETTERS = 300;

const TEMPLATE = String.raw`\{\{(?:(?!\}\}).)*\}\}`;
/** The scheme, then templates and letters up to the path. */
const ORIGIN = new RegExp(String.raw`^\s*(?:(https?):\/\/)?((?:${TEMPLATE}|[^/?#\s{}]|\{(?!\{)|\}(?!\}))*)`, 'is');
const WRITTEN = new RegExp(String.raw`(https?):\/\/((?:${TEMPLATE}|[^\s/?#'"{}\\<>)\]])+)`, 'gis');
const PARAMETER = /\{\{-?\s*parameters(?:\[\s*['"]([^'"]+)['"]\s*\]|\.(\w+))\s*-?\}\}/g;
const SETTING = /config(?:\[\s*['"]([^'"]+)['"]\s*\]|\.get\(\s*['"]([^'"]+)['"]|\.(\w+))/g;

/** Plain HTTP is another place than the same host by TLS. */
const named = (scheme: string | undefined, host: string): string =>
  `${scheme?.toLowerCase() === 'http' ? 'http://' : ''}${host.trim()}`.replace(/\s+/g, ' ').slice(0, MOST_LETTERS);

/** The beginning of an address up to its path, as it is written; parameters of the manifest are filled in. `undefined` when it is empty. */
export function originText(text: string, parameters: JsonObject): string | undefined {
  const filled = text.replace(PARAMETER, (whole: string, quoted: string | undefined, dotted: string | undefined) => {
    const value = parameters[quoted ?? dotted ?? ''];
    return typeof value === 'string' ? value : whole;
  });
  const [, scheme, host = ''] = ORIGIN.exec(filled) ?? [];
  return host.trim() === '' ? undefined : named(scheme, host);
}

/** The hosts that are written out anywhere in a text, in templates too. */
export function hostsInText(text: string): readonly string[] {
  if (!/https?:\/\//i.test(text)) return [];
  return [...text.matchAll(WRITTEN)].map(([, scheme, host = '']) => named(scheme, host));
}

/** The settings that templates in a text name, at the top of the configuration. */
export function settingsInText(text: string): readonly string[] {
  return [...text.matchAll(SETTING)].map(([, quoted, got, dotted]) => quoted ?? got ?? dotted ?? '');
}
