const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U(00[01][\da-fA-F]{5})|([0-7]{1,3})|([^]))/g;

/** What stands between the quotes of a Python string, with its escapes taken away; unknown escapes stay. */
export function pythonStringValue(inner: string): string {
  if (!inner.includes('\\')) return inner;
  return inner.replaceAll(
    ESCAPE,
    (whole, hex?: string, short?: string, long?: string, octal?: string, other?: string): string => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return codeText(Number.parseInt(code, 16), whole);
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return other !== undefined && Object.hasOwn(SIMPLE, other) ? (SIMPLE[other] ?? whole) : whole;
    },
  );
}

const codeText = (code: number, whole: string): string => (code <= 0x10_ffff ? String.fromCodePoint(code) : whole);
