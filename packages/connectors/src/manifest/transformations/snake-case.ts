/** Letters that no decomposition turns into ASCII ones. */
const LETTERS: Readonly<Record<string, string | undefined>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  ħ: 'h',
  Ħ: 'H',
  ŋ: 'ng',
  Ŋ: 'NG',
};

const TOKENS = /[A-Z]+[a-z]*|[a-z]+|\d+|[^a-zA-Z\d]+/g;

/**
 * A key in snake case, as the CDK makes it: letters become ASCII, words begin at capitals, digits and signs, the signs between
 * them go, those at the ends become `_`, and so does a missing letter before a leading digit.
 */
export function snakeCase(key: string): string {
  const ascii = key
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\0-\x7f]/gu, (letter) => LETTERS[letter] ?? '');
  const tokens = (ascii.match(TOKENS) ?? []).map((token) => (/^[a-zA-Z\d]/.test(token) ? token : ''));
  const last = tokens.length - 1;
  const kept = tokens.filter((token, index) => token !== '' || index === 0 || index === last);
  const whole = /^\d/.test(kept[0] ?? '') ? ['', ...kept] : kept;
  return whole.join('_').toLowerCase();
}
