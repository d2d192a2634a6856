import type { Json, JsonObject } from './json.ts';

/** `${name}`: stands for a variable of the environment that the connection is used in. */
const PLACEHOLDER = /\$\{([A-Za-z_][\w.-]*)\}/g;

/** Whether a text holds a placeholder. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) >= 0;
}

/** The names of all placeholders in a value, however deep, each once. */
export function placeholdersIn(value: Json | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  const look = (one: Json | undefined): void => {
    if (typeof one === 'string') for (const [, name = ''] of one.matchAll(PLACEHOLDER)) names.add(name);
    else if (Array.isArray(one)) one.forEach(look);
    else if (typeof one === 'object' && one !== null) Object.values(one).forEach(look);
  };
  look(value);
  return names;
}

/** The value with every text in it changed by `change`; names stay. */
function mapTexts(value: Json | undefined, change: (text: string) => string): Json | undefined {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item as Json, change) as Json);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item as Json, change)]));
}

/**
 * The value with its placeholders replaced, once: what a variable holds is not looked at again, so no variable can bring in
 * another one. Names without a variable stay as they are; ask `placeholdersIn` first.
 */
export function fillPlaceholders<T extends Json | JsonObject>(
  value: T,
  variable: (name: string) => string | undefined,
): T {
  return mapTexts(value, (text) =>
    text.replace(PLACEHOLDER, (written, name: string) => variable(name) ?? written),
  ) as T;
}

/** The value with every placeholder spoilt, so that nothing in it passes for one. */
export function breakPlaceholders<T extends Json | JsonObject>(value: T): T {
  return mapTexts(value, (text) => text.replaceAll('${', '$_{')) as T;
}
