import type { Component } from '../model/component.ts';
import { plainText } from '../records/plain-text.ts';
import type { BodyParser } from './body-parser.ts';
import { elementsEnded } from './elements-ended.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { JsonListScanner } from './json-list-scanner.ts';
import { textChunks } from './text-chunks.ts';

/**
 * The elements of one list inside a JSON document (`items_path`, names with dots between), one after the other, with no more
 * than one element in memory. A document without that list has no elements. Throws `ConnectorError('invalid_answer')` when
 * it is cut off or no JSON, and for an element that is larger than `LARGEST_RECORD`.
 */
export function jsonItemsParser(definition: Component, origin: BodyOrigin): BodyParser {
  const { items_path: path, encoding } = definition;
  const names = plainText(path).split('.').filter(Boolean);
  return async function* (chunks) {
    const scanner = new JsonListScanner(names);
    let isEmpty = true;
    for await (const text of textChunks(chunks, plainText(encoding, 'utf-8'), origin)) {
      isEmpty &&= text.trim() === '';
      yield* elementsEnded(scanner, text, origin);
    }
    if (!isEmpty && !scanner.isEnded) throw invalidBody(origin, 'the JSON document is cut off');
  };
}
