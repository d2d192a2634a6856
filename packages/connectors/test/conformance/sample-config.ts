import type { Json, JsonObject } from '../../src/kit/json.ts';

const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/**
 * Settings that fit a specification, made of its examples, defaults, patterns and choices; of alternatives that of the index
 * `choice`, at most the last. Dates are two days before `now` (milliseconds), so that reading has something to do and not much.
 */
export function sampleConfig(specification: JsonObject, now: number, choice = 0): JsonObject {
  const value = sampleOf('', { type: 'object', ...specification }, { now, choice });
  return asObject(value) ?? {};
}

interface SampleOptions {
  readonly now: number;
  readonly choice: number;
}

function sampleOf(name: string, schema: JsonObject, how: SampleOptions): Json | undefined {
  const { const: only, enum: choices } = schema;
  if (only !== undefined) return only;
  const [choice] = listOf(choices);
  if (choice !== undefined) return schema['default'] ?? choice;
  const branches = [...listOf(schema['oneOf']), ...listOf(schema['anyOf'])];
  const branch = asObject(branches[Math.min(how.choice, branches.length - 1)]);
  if (branch) return { ...membersOf(schema, how), ...asObject(sampleOf(name, branch, how)) };
  const [type] = Array.isArray(schema['type']) ? schema['type'].filter((one) => one !== 'null') : [schema['type']];
  const make = SAMPLES[schema['properties'] ? 'object' : typeof type === 'string' ? type : 'string'] ?? textFor;
  return make(name, schema, how);
}

/** By the type of the schema. */
const SAMPLES: Readonly<Record<string, (name: string, schema: JsonObject, how: SampleOptions) => Json>> = {
  object: (_, schema, how) => membersOf(schema, how),
  boolean: (_, schema) => schema['default'] ?? false,
  integer: numberFor,
  number: numberFor,
  array: listFor,
  string: textFor,
};

function listFor(name: string, schema: JsonObject, how: SampleOptions): Json {
  const given = schema['default'] ?? listOf(schema['examples']).find((one) => Array.isArray(one));
  return given ?? [sampleOf(name, asObject(schema['items']) ?? { type: 'string' }, how) ?? 'sample'];
}

/** What must be given, and of the rest what has a default, is a choice, or says from when on. */
function membersOf(schema: JsonObject, how: SampleOptions): JsonObject {
  const required = listOf(schema['required']);
  const made = Object.entries(asObject(schema['properties']) ?? {}).flatMap(([name, one]) => {
    const property = asObject(one) ?? {};
    const isChoice = property['oneOf'] !== undefined || property['const'] !== undefined;
    // Without a start, an API would be read from its first day on.
    const isTold = ['pattern', 'format', 'examples'].some((word) => property[word] !== undefined);
    const isStart = /start.*date|since/.test(name) && (isTold || property['type'] !== 'string');
    const wanted = required.includes(name) || property['default'] !== undefined || isChoice || isStart;
    const value = wanted ? sampleOf(name, property, how) : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(made);
}

function numberFor(name: string, schema: JsonObject, { now }: SampleOptions): number {
  // Seconds since the epoch.
  if (/date|since/.test(name)) return Math.trunc((now - 2 * 86_400_000) / 1000);
  const given = [schema['default'], ...listOf(schema['examples']), schema['minimum'], 1].find(
    (one) => typeof one === 'number',
  );
  return typeof given === 'number' ? given : 1;
}

function textFor(name: string, schema: JsonObject, { now }: SampleOptions): string {
  const { pattern } = schema;
  const given = [schema['default'], ...listOf(schema['examples'])]
    .filter((one) => one !== undefined && one !== null)
    .map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)));
  const isAddress = /url|host|endpoint/.test(name) && given.length === 0;
  const address = 'https://example.com/page';
  const dates = datesOf(now);
  const candidates = [
    ...datesFor(name, schema, given, dates),
    ...given,
    ...(isAddress ? [address] : []),
    'sample',
    address,
    '7',
    ...dates,
  ];
  const chosen = candidates.find((text) => typeof pattern !== 'string' || new RegExp(pattern).test(text));
  if (chosen === undefined) throw new Error(`no sample fits the pattern of ${name}`);
  return chosen;
}

/** The dates that a setting may want, the likeliest first; none when it is no date. One of an example may be years ago. */
function datesFor(
  name: string,
  { format, description }: JsonObject,
  examples: readonly string[],
  dates: readonly string[],
): readonly string[] {
  const isCompact = typeof description === 'string' && description.includes('YYYYMMDD');
  const shapes = new Set(
    [...examples, ...(isCompact ? ['20200101'] : [])].filter((one) => one.length >= 8).map(shapeOf),
  );
  const like = dates.filter((date) => shapes.has(shapeOf(date)));
  const isDate =
    like.length > 0 || /date|time/.test(typeof format === 'string' ? format : '') || /date|since/.test(name);
  if (!isDate) return [];
  return [...like, ...(format === 'date' ? dates.toReversed() : dates)];
}

/** `2024-01-31T10:00:00Z` and `2020-05-05T00:00:00Z` have one shape. */
const shapeOf = (text: string): string => text.replace(/\d/g, '0');

/** One instant in the ways that specifications ask for; the day alone is the last. */
function datesOf(now: number): readonly string[] {
  const iso = new Date(now - 2 * 86_400_000).toISOString();
  const [day = '', time = ''] = iso.slice(0, 19).split('T');
  const [year, month, date] = day.split('-');
  return [
    `${day}T${time}Z`,
    iso,
    `${day}T${time}`,
    `${day} ${time}`,
    `${day}T${time}+00:00`,
    `${day.replaceAll('-', '')}T${time.replaceAll(':', '')}Z`,
    `${date}/${month}/${year} ${time.slice(0, 5)}`,
    `${date}-${month}-${year}`,
    `${month}/${date}/${year}`,
    day.replaceAll('-', ''),
    `${year}-${month}`,
    String(Math.trunc((now - 2 * 86_400_000) / 1000)),
    day,
  ];
}
