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

/**
 * The value with its placeholders replaced, once: what a variable holds is not looked at again, so no variable can bring in
 * another one. Names without a variable stay as they are; ask `placeholdersIn` first.
 */
export function fillPlaceholders<T extends Json | JsonObject>(
  value: T,
  variable: (name: string) => string | undefined,
): T {
  const fill = (one: Json | undefined): Json | undefined => {
    if (typeof one === 'string') return one.replace(PLACEHOLDER, (written, name: string) => variable(name) ?? written);
    if (Array.isArray(one)) return one.map((item) => fill(item) as Json);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, item]) => [name, fill(item)]));
  };
  return fill(value) as T;
}
