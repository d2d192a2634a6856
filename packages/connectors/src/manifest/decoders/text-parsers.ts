import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import { inMegabytes, LARGEST_DOCUMENT } from './body-limits.ts';
import type { BodyParser } from './body-parser.ts';
import { csvRows } from './csv-rows.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { lines } from './lines.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { textChunks } from './text-chunks.ts';
import { plainText } from '../records/plain-text.ts';
import { plainTexts } from '../records/plain-texts.ts';

/** JSON documents on lines of their own; empty lines are skipped. */
export const jsonlParser = (origin: BodyOrigin): BodyParser =>
  async function* (chunks) {
    let number = 0;
    for await (const line of lines(textChunks(chunks, 'utf-8', origin), origin)) {
      number += 1;
      if (line.trim() === '') continue;
      yield parsedLine(line, number, origin);
    }
  };

function parsedLine(line: string, number: number, origin: BodyOrigin): Json {
  try {
    return JSON.parse(line) as Json;
  } catch {
    throw invalidBody(origin, `line ${number} is no JSON`, line);
  }
}

/** Each line as `{ record: line }`. */
export const iterableParser = (origin: BodyOrigin): BodyParser =>
  async function* (chunks) {
    for await (const line of lines(textChunks(chunks, 'utf-8', origin), origin)) yield { record: line };
  };

/** Rows of a CSV file with their cells as texts; those in `set_values_to_none` become `null`. */
export function csvParser(definition: Component, origin: BodyOrigin): BodyParser {
  const { encoding, delimiter, set_values_to_none: none } = definition;
  const missing = new Set(plainTexts(none));
  return async function* (chunks) {
    const texts = textChunks(chunks, plainText(encoding, 'utf-8'), origin);
    for await (const row of csvRows(texts, { delimiter: plainText(delimiter, ',') }, origin)) {
      if (missing.size > 0) {
        for (const [name, cell] of Object.entries(row)) if (cell !== null && missing.has(cell)) row[name] = null;
      }
      yield row;
    }
  };
}

/** One JSON document, parsed as a whole: for archives, which cannot be parsed before they are unpacked. */
export const jsonDocumentParser = (origin: BodyOrigin): BodyParser =>
  async function* (chunks) {
    const texts: string[] = [];
    let length = 0;
    for await (const text of textChunks(chunks, 'utf-8', origin)) {
      length += text.length;
      if (length > LARGEST_DOCUMENT) {
        throw new ConnectorError(
          'invalid_answer',
          `Stream "${origin.stream}": ${origin.part} got a document of more than ${inMegabytes(LARGEST_DOCUMENT)}; ` +
            'read it with JsonItemsDecoder or JsonlDecoder.',
        );
      }
      texts.push(text);
    }
    yield* parseJsonBody(texts.join(''), origin);
  };
