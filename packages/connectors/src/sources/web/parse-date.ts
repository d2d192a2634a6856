/** Zone names that mails and feeds use beside those of RFC 822, as hours from UTC; of two meanings the European one. */
const ZONES: Readonly<Record<string, string>> = {
  WET: '+0000',
  WEST: '+0100',
  BST: '+0100',
  CET: '+0100',
  MEZ: '+0100',
  CEST: '+0200',
  MESZ: '+0200',
  EET: '+0200',
  EEST: '+0300',
  MSK: '+0300',
  IST: '+0530',
  SGT: '+0800',
  HKT: '+0800',
  AWST: '+0800',
  JST: '+0900',
  KST: '+0900',
  AEST: '+1000',
  AEDT: '+1100',
  NZST: '+1200',
  NZDT: '+1300',
};

const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const NAMES_ZONE = /(?:Z|\b(?:UTC?|GMT|[ECMP][SD]T)|[+-]\d{2}:?\d{2})(?:\s*\([^)]*\))?$/i;
const NAMES_TIME = /\d:\d{2}/;

/** The earliest and latest moments that anybody means: what lies outside is a typing error. */
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

const expanded = (text: string): string =>
  text.replace(
    COMPACT,
    (_all, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z') =>
      `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`,
  );

/**
 * Milliseconds since the epoch of a date as pages and feeds write them: RFC 3339 and the parts of it that W3C-DTF allows,
 * RFC 822 with two- or four-digit years and more names of zones, ISO 8601 without separators. A time without a zone is taken
 * for UTC. `undefined` for anything else.
 */
export function parseDate(given: string | undefined): number | undefined {
  const text = expanded((given ?? '').trim().slice(0, 100))
    .replace(/^[A-Za-z]{2,9},\s*/, '')
    .replace(/\s+([+-]\d{2}:\d{2})$/, '$1')
    .replace(/\b([A-Z]{3,4})$/, (name) => (Object.hasOwn(ZONES, name) ? (ZONES[name] ?? name) : name));
  if (!/\d{4}|\d{1,2}[ -]\w{3,9}[ -]\d{2}/.test(text) || /^\d{5,}$/.test(text)) return undefined;
  const zoned = NAMES_ZONE.test(text) || !(NAMES_TIME.test(text) || /[a-z/]/i.test(text)) ? text : withUtc(text);
  const time = Date.parse(zoned);
  return time >= EARLIEST && time < LATEST ? time : undefined;
}

const withUtc = (text: string): string => (/\dT\d/.test(text) ? `${text}Z` : `${text} UTC`);
