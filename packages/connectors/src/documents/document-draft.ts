import type { Page, RecordFailure } from '../kit/page.ts';

const MOST_UPSERTS = 200;
const MOST_PRESENT = 1_000;
const MOST_PAGE_TEXT = 4_000_000;

/** Collects what one page of documents will hold; texts are long, so a page is full by their length too. */
export class DocumentDraft<Row extends { readonly text?: string | undefined }> {
  readonly upserts: Row[] = [];
  readonly present: string[] = [];
  readonly deletes: string[] = [];
  readonly failures: RecordFailure[] = [];
  #text = 0;

  add(row: Row, failure?: RecordFailure): void {
    this.upserts.push(row);
    this.#text += row.text?.length ?? 0;
    if (failure) this.failures.push(failure);
  }

  get isFull(): boolean {
    const named = this.present.length + this.deletes.length;
    return this.upserts.length >= MOST_UPSERTS || named >= MOST_PRESENT || this.#text >= MOST_PAGE_TEXT;
  }

  page<Cursor>(cursor: Cursor | undefined): Page<Row, Cursor> {
    const { upserts, present, deletes, failures } = this;
    return { upserts, present, deletes, failures, ...(cursor !== undefined && { cursor }) };
  }
}
