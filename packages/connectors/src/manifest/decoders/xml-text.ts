const NAMED: Readonly<Record<string, string | undefined>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const LAST_CODE_POINT = 0x10ffff;

/**
 * A text of an XML document with the five entities of the standard and character references resolved (XML 1.0, 4.1 and 4.6);
 * others are left as they stand.
 */
export const xmlText = (text: string): string =>
  text.includes('&')
    ? text.replaceAll(
        /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
        (whole, hex?: string, decimal?: string, name = '') => {
          if (hex === undefined && decimal === undefined) return NAMED[String(name)] ?? whole;
          const code = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
          return code > 0 && code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
        },
      )
    : text;
