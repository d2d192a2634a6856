import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Batch, NormalisedPage } from './normalise.ts';
import { canonicalJson } from './canonical-json.ts';

/** So often may the very same page come back before we call it a loop; honest sources repeat a page once or twice. */
const MAX_REPEATS = 10;
/** Connectors that filter on our side may yield nothing for a long time; without a cursor that is no sign of a loop yet. */
const MAX_SILENT_PAGES = 10_000;

/**
 * Notices a source that leads in circles: a `next` that points at itself or back, or empty pages without end. Looks at
 * the cursor and the edges of each page and compares them by Brent's method, so it keeps one page's mark, however long
 * the source is. Throws `ConnectorError('invalid_answer')`.
 */
export class LoopGuard {
  #mark = '';
  #repeats = 0;
  #pages = 0;
  #nextMarkAt = 1;
  #silent = 0;

  observe(page: NormalisedPage): void {
    if (page.cursor === undefined && page.batches.every(isEmpty)) {
      this.#silent += 1;
      if (this.#silent > MAX_SILENT_PAGES) throw loop(`${MAX_SILENT_PAGES} empty pages in a row`);
      return;
    }
    this.#silent = 0;
    const mark = markOf(page);
    if (mark === this.#mark) {
      this.#repeats += 1;
      if (this.#repeats >= MAX_REPEATS) throw loop(`the same page ${MAX_REPEATS + 1} times`);
    }
    this.#pages += 1;
    if (this.#pages === this.#nextMarkAt) {
      this.#nextMarkAt *= 2;
      // A repeat that spans the new mark counts on: only a different page starts the count anew.
      if (mark !== this.#mark) this.#repeats = 0;
      this.#mark = mark;
    }
  }
}

const isEmpty = (batch: Batch): boolean =>
  batch.upserts.length + batch.present.length + batch.deletes.length + batch.failures.length === 0;

function markOf({ cursor, batches }: NormalisedPage): string {
  const first = batches[0];
  const last = batches.at(-1);
  return [
    cursor === undefined ? '' : canonicalJson(cursor),
    ...batches.map(({ upserts, present, deletes }) => `${upserts.length},${present.length},${deletes.length}`),
    first?.upserts[0]?.hash,
    last?.upserts.at(-1)?.hash,
    first?.present[0],
    last?.present.at(-1),
    first?.deletes[0],
    last?.deletes.at(-1),
  ].join('\n');
}

function loop(what: string): ConnectorError {
  return new ConnectorError('invalid_answer', `The source leads in circles: it gave ${what}.`);
}
