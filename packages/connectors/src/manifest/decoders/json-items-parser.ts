import { JSONParser } from '@streamparser/json';
import type { Json } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import { inMegabytes, LARGEST_RECORD } from './body-limits.ts';
import type { BodyParser } from './body-parser.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { textChunks } from './text-chunks.ts';
import { plainText } from '../records/plain-text.ts';

/**
 * The elements of one list inside a JSON document (`items_path`, names with dots between), one after the other, with no more than
 * one element in memory. A document without that list has no elements. Throws `ConnectorError('invalid_answer')` when it is cut
 * off or no JSON, and when more than `LARGEST_RECORD` characters come without an element.
 */
export function jsonItemsParser(definition: Component, origin: BodyOrigin): BodyParser {
  const { items_path: path, encoding } = definition;
  const selector = ['$', ...plainText(path).split('.').filter(Boolean), '*'].join('.');
  return async function* (chunks) {
    const items: Json[] = [];
    const parser = new JSONParser({ paths: [selector], keepStack: false });
    parser.onValue = ({ value, key }) => {
      // The wildcard also takes the fields of an object, which is no list of items.
      if (typeof key === 'number') items.push(value as Json);
    };
    let silent = 0;
    let isEmpty = true;
    for await (const text of textChunks(chunks, plainText(encoding, 'utf-8'), origin)) {
      isEmpty &&= text.trim() === '';
      feed(parser, text, origin);
      silent = items.length > 0 ? 0 : silent + text.length;
      if (silent > LARGEST_RECORD) {
        throw invalidBody(
          origin,
          `an element is larger than ${inMegabytes(LARGEST_RECORD)}, or what stands before the list`,
        );
      }
      yield* items.splice(0);
    }
    if (!isEmpty && !parser.isEnded) throw invalidBody(origin, 'the JSON document is cut off');
  };
}

function feed(parser: JSONParser, text: string, origin: BodyOrigin): void {
  if (parser.isEnded) {
    if (text.trim() !== '') throw invalidBody(origin, 'more text follows the JSON document', text);
    return;
  }
  try {
    parser.write(text);
  } catch {
    throw invalidBody(origin, 'it is no JSON', text);
  }
}
