import type { Json } from '../../kit/json.ts';

/** A brace, a quoted element, or a plain one. `box` is the one type whose arrays are parted by semicolons. */
const TOKENS = /[{}]|"(?<quoted>(?:[^"\\]|\\.)*)"|[^{},"]+/gs;
const BOX_TOKENS = /[{}]|"(?<quoted>(?:[^"\\]|\\.)*)"|[^{};"]+/gs;

/**
 * Reads PostgreSQL's array text, `{1,NULL,"a,b",{2,3}}` (manual, "Array Input and Output Syntax"); `element` turns an
 * element's text into a value. Bounds in front (`[2:3]={…}`) are passed over. Gives the text itself when it is no array.
 */
export function parseArrayLiteral(text: string, element: (text: string) => Json, delimiter = ','): Json {
  return isPlain(text) ? parsePlain(text, element, delimiter) : parseTokens(text, element, delimiter);
}

/** One level without quotes, as most arrays are: it need not be taken apart token by token. */
const isPlain = (text: string): boolean =>
  text.startsWith('{') && text.indexOf('}') === text.length - 1 && !text.includes('{', 1) && !text.includes('"');

function parsePlain(text: string, element: (text: string) => Json, delimiter: string): Json {
  if (text === '{}') return [];
  const tokens = text.slice(1, -1).split(delimiter);
  return tokens.map((token) => valueOf(token, undefined, element));
}

function parseTokens(text: string, element: (text: string) => Json, delimiter: string): Json {
  const levels: Json[][] = [];
  for (const match of text.slice(Math.max(0, text.indexOf('{'))).matchAll(delimiter === ';' ? BOX_TOKENS : TOKENS)) {
    const [token] = match;
    if (token === '{') {
      levels.push([]);
    } else if (token === '}') {
      const done = levels.pop() ?? [];
      const outer = levels.at(-1);
      if (!outer) return done;
      outer.push(done);
    } else {
      levels.at(-1)?.push(valueOf(token, match.groups?.['quoted'], element));
    }
  }
  return text;
}

function valueOf(token: string, quoted: string | undefined, element: (text: string) => Json): Json {
  if (quoted !== undefined) return element(quoted.replaceAll(/\\(.)/gs, '$1'));
  return token === 'NULL' ? null : element(token);
}
