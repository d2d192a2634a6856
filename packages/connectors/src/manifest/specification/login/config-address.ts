/** An address with settings in it. */
export interface ConfigAddress {
  /** The settings, each once. */
  readonly paths: readonly (readonly string[])[];
  /** The address with a text for each of them. */
  fill(textOf: (path: readonly string[]) => string): string;
}

const TEMPLATE = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
/** `['name']` or `.name`, again and again. */
const STEP = /^(?:\[\s*(?:'([^'\\]+)'|"([^"\\]+)")\s*\]|\.([A-Za-z_]\w*)(?![\w(]))/;
const GET = /^\.get\(\s*(?:'([^'\\]+)'|"([^"\\]+)")\s*\)/;

/** The setting that an expression is, and nothing more; `undefined` for every other expression. */
function settingOf(expression: string): readonly string[] | undefined {
  if (!expression.startsWith('config')) return undefined;
  const path: string[] = [];
  let rest = expression.slice('config'.length);
  while (rest !== '') {
    const found = GET.exec(rest) ?? STEP.exec(rest);
    const name = found?.[1] ?? found?.[2] ?? found?.[3];
    if (!found || name === undefined) return undefined;
    path.push(name);
    rest = rest.slice(found[0].length);
  }
  return path.length > 0 ? path : undefined;
}

/**
 * Reads an address of a manifest whose templates are settings as they are, `{{ config['domain'] }}`; `undefined` when there is
 * any other template in it.
 */
export function configAddress(source: string): ConfigAddress | undefined {
  const paths = [...source.matchAll(TEMPLATE)].map(([, expression = '']) => settingOf(expression));
  if (!paths.every((path) => path !== undefined)) return undefined;
  if (/\{[{%]/.test(source.replace(TEMPLATE, ''))) return undefined;
  const unique = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return {
    paths: [...unique.values()],
    fill: (textOf) => source.replace(TEMPLATE, (_all, expression: string) => textOf(settingOf(expression) ?? [])),
  };
}
