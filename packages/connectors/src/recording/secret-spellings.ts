/** What stands for every secret in what is written down, and in the configuration that it is played again with. */
export const RECORDED_SECRET = 'recorded-secret';

/** Shorter ones are in too many texts by chance to be looked for inside of them. */
const SHORTEST_INSIDE = 4;
/** Base64 of a part of a text is looked for when so many characters of it are sure. */
const SHORTEST_PIECE = 6;

/** Texts in which secrets are looked for, in every spelling that requests and answers use. */
export interface SecretCleaner {
  /** The text with the secrets replaced; a short one only where it is all of the text. */
  clean(text: string): string;
}

/** Knows the spellings once, for many texts. */
export function secretCleaner(secrets: readonly string[]): SecretCleaner {
  const whole = new Set(secrets.filter((secret) => secret !== '' && secret !== RECORDED_SECRET));
  const inside = [...whole].filter(({ length }) => length >= SHORTEST_INSIDE).flatMap(spellingsOf);
  const spellings = [...new Set(inside)].toSorted((a, b) => b.length - a.length);
  const pattern = spellings.length > 0 && new RegExp(spellings.map(escaped).join('|'), 'g');
  return {
    clean(text) {
      if (whole.has(text)) return RECORDED_SECRET;
      return pattern ? text.replace(pattern, RECORDED_SECRET) : text;
    },
  };
}

/** As it is, in a URL, in a form, in JSON, in XML, in hexadecimal, and in both alphabets of base64, also as a part of a longer text. */
function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const inUrl = encodeURIComponent(secret);
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    inUrl,
    inForm,
    encodeURIComponent(inUrl),
    ...[inUrl, inForm].map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inJson.replaceAll('/', '\\/'),
    inXml(secret),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Pieces(bytes).flatMap((piece) => [
      piece,
      piece.replaceAll('+', '-').replaceAll('/', '_'),
      encodeURIComponent(piece),
    ]),
  ];
}

const inXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Base64 works on three bytes at a time: what stands before the secret (`user:`) decides which of three spellings it has. */
function base64Pieces(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64');
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const isEven = (before + bytes.length) % 3 === 0;
    return text.slice(before === 0 ? 0 : before + 1, isEven ? undefined : -1);
  });
  return [whole, whole.replace(/=+$/, ''), ...shifted.filter(({ length }) => length >= SHORTEST_PIECE)];
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
