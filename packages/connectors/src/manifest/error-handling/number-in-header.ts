type Headers = Readonly<Record<string, string | undefined>>;

/**
 * The number that a header holds: where `regex` matches from its begin, else as a whole. `undefined` when there is none (CDK
 * `header_helper`).
 */
export function numberInHeader(headers: Headers, name: string, regex?: RegExp): number | undefined {
  const value = headers[name.toLowerCase()];
  if (value === undefined || value.trim() === '') return undefined;
  const match = regex?.exec(value);
  // Python's `re.match` looks at the begin only.
  const number = Number(match?.index === 0 ? match[0] : value);
  return Number.isNaN(number) ? undefined : number;
}
