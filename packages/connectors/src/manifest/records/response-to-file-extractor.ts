import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Extractor, MutableRecord } from '../model/records.ts';
import type { ManifestResponse } from '../model/request.ts';
import { csvRows } from '../decoders/csv-rows.ts';
import { gunzipped } from '../decoders/gunzipped.ts';
import type { BodyOrigin } from '../decoders/invalid-body.ts';
import { textChunks } from '../decoders/text-chunks.ts';

/** Cells that the CDK's CSV reader (pandas) takes for missing, unless `preserve_na_values` is set. */
const MISSING: ReadonlySet<string> = new Set(
  ' #N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null'
    .trim()
    .split('|'),
);

/**
 * Builds a `ResponseToFileExtractor`: the rows of a CSV file of any size, gzipped or not. Unlike the CDK's no file is
 * written: rows are read as they come, with one row in memory. Empty cells are `null`.
 */
export function buildResponseToFileExtractor(definition: Component, build: Build, stream: StreamContext): Extractor {
  const keepsWords = definition['preserve_na_values'] === true;
  const origin: BodyOrigin = { part: definition.type, stream: stream.name, shown: build.shown };
  const cell = (text: string): string | null => (text === '' || (!keepsWords && MISSING.has(text)) ? null : text);
  return {
    extract: () => [],
    async *extractResponse(response) {
      const texts = textChunks(gunzipped(response.stream(), origin), charsetOf(response), origin);
      for await (const row of csvRows(withoutNulls(texts), { delimiter: ',', refusesLongRows: true }, origin)) {
        const record: MutableRecord = {};
        for (const [name, text] of Object.entries(row)) record[name] = text === null ? null : cell(text);
        yield record;
      }
    },
  };
}

const charsetOf = ({ headers }: ManifestResponse): string =>
  /charset\s*=\s*["']?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';

/** Exports of some sources hold NUL characters, which are no data. */
async function* withoutNulls(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield text.includes('\0') ? text.replaceAll('\0', '') : text;
}
