import type { Argument, CallArguments, Expression } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** `(a, *b, c=d, **e)`; `parse` reads the expressions within. */
export function parseCallArguments(reader: TokenReader, parse: (reader: TokenReader) => Expression): CallArguments {
  const positional: Argument[] = [];
  const keywords: (readonly [string, Expression])[] = [];
  let spreadKeywords: Expression | undefined;
  reader.expect('operator', '(');
  for (let first = true; !reader.is('operator', ')'); first = false) {
    if (!first) reader.expect('operator', ',');
    if (reader.is('operator', ')')) break;
    if (reader.takeIf('operator', '**')) spreadKeywords = parse(reader);
    else if (reader.takeIf('operator', '*')) positional.push({ value: parse(reader), spread: true });
    else if (reader.is('name') && reader.ahead(1).type === 'operator' && reader.ahead(1).text === '=') {
      const name = reader.take().text;
      reader.take();
      keywords.push([name, parse(reader)]);
    } else positional.push({ value: parse(reader), spread: false });
  }
  reader.expect('operator', ')');
  return { positional, keywords, spreadKeywords };
}
