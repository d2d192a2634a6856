import type { Json } from '../kit/json.ts';

const MOST_LINES = 2_000;

function* each(value: Json | undefined, path: string): Generator<string> {
  if (value === null || value === undefined || value === '') return;
  if (typeof value !== 'object') yield path === '' ? String(value) : `${path}: ${value}`;
  else
    for (const [name, inner] of Object.entries(value) as [string, Json][]) {
      const isPlace = Array.isArray(value);
      yield* each(inner, isPlace ? path : path === '' ? name : `${path}.${name}`);
    }
}

/** `path: value` lines of what JSON holds, so that names of fields are found like their values; 2,000 at most. */
export function jsonLines(value: Json | undefined): string {
  return Iterator.from(each(value, '')).take(MOST_LINES).toArray().join('\n');
}

const inside = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** What lies at a path `order.id`, also where a field's own name has dots. */
export function atPath(value: Json | undefined, path: string): Json | undefined {
  const whole = inside(value, path);
  return (whole === undefined ? path.split('.').reduce<unknown>(inside, value) : whole) as Json | undefined;
}

const NAMES = ['title', 'name', 'subject', 'label'];
const MOST_NAME = 200;

/** What a record of JSON is called, when it says so itself. */
export function nameIn(value: Json | undefined): string | undefined {
  const named = NAMES.map((name) => inside(value, name)).find((one) => typeof one === 'string' && one.trim() !== '');
  return typeof named === 'string' ? named.slice(0, MOST_NAME) : undefined;
}
