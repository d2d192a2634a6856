import { crc32 } from 'node:zlib';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { ReadPage } from '../model/records.ts';

/** Equal pages in a row, though their tokens differ: a source that ignores the page number. */
const MOST_EQUAL_PAGES = 20;
/** Pages in a row with the same token and the same last record, though something else of the answers differs. */
const MOST_STUCK_PAGES = 20;
/** Pages in a row with as many records and the same last one, while tokens and the rest of the answers differ (a time, an id). */
const MOST_ALIKE_PAGES = 1_000;
/** Pages in a row without a record, though each names a next one. Sources that filter late send some, never so many. */
const MOST_EMPTY_PAGES = 1_000;

export interface EndlessGuardOptions {
  readonly stream: string;
  readonly paginator: string;
  /** The body can be looked at again after its records were read. */
  readonly hasBody: boolean;
}

interface Step {
  readonly token: string;
  /** `undefined` when nothing is known of what the page held. */
  readonly content: string | undefined;
  /** Size and last record of the page; `undefined` without a record. */
  readonly last: string | undefined;
}

/**
 * Makes the guard of one slice against pagination without end: call it with every page and the token that follows. Throws
 * `ConnectorError('invalid_answer')` when
 * - the token did not change, and neither did the page (a token alone may stay the same: scroll ids do);
 * - the token and the page come again that were there some pages ago;
 * - pages stay equal, stuck, alike or empty beyond the limits of this file.
 */
export function endlessGuard(options: EndlessGuardOptions): (page: ReadPage, next: Json) => void {
  let before: Step | undefined;
  const isCircle = circleFinder();
  const [equal, stuck, alike, empty] = [inARow(), inARow(), inARow(), inARow()];
  const problemOf = (page: ReadPage, now: Step): string | undefined => {
    const isSameToken = now.token === before?.token;
    const equalPages = equal(isKnownSame(now.content, before?.content));
    const isSameLast = isKnownSame(now.last, before?.last);
    const stuckPages = stuck(isSameToken && isSameLast);
    const alikePages = alike(isSameLast);
    const emptyPages = empty(page.size === 0);
    if (isSameToken && equalPages > 0) return 'as the source answers the same page with the same token again';
    if (isCircle(now)) return 'as its tokens go round in a circle';
    if (equalPages >= MOST_EQUAL_PAGES) return `as the source answers the same page ${equalPages + 1} times in a row`;
    if (stuckPages >= MOST_STUCK_PAGES) return `as token and last record stay the same for ${stuckPages + 1} pages`;
    if (alikePages >= MOST_ALIKE_PAGES) return `as ${alikePages + 1} pages in a row end with the same record`;
    return emptyPages > MOST_EMPTY_PAGES ? `as ${emptyPages} pages in a row are empty` : undefined;
  };
  return (page, next) => {
    const now = stepOf(page, next, options.hasBody);
    const problem = problemOf(page, now);
    before = now;
    if (problem === undefined) return;
    throw new ConnectorError(
      'invalid_answer',
      `Stream "${options.stream}": ${options.paginator} would never end, ${problem}; check the pagination of the manifest ` +
        '(its stop condition, and where the token goes).',
    );
  };
}

function stepOf(page: ReadPage, next: Json, hasBody: boolean): Step {
  const last = page.lastRecord && `${page.size} ${JSON.stringify(page.lastRecord)}`;
  // Of records that were all filtered out nothing can be said.
  const known = page.size === 0 ? 'empty' : last;
  const content = hasBody && !page.response.comesInPieces ? `${printOf(page.response.bytes())} ${known}` : known;
  return { token: JSON.stringify(next), content, last };
}

/** Tells pages apart that a source has not made to be taken for each other; every page is looked at, so it has to be fast. */
const printOf = (bytes: Uint8Array): string => `${bytes.length} ${crc32(bytes)}`;

const isKnownSame = (one: string | undefined, other: string | undefined): boolean => one !== undefined && one === other;

/** How often something was true without a break. */
function inARow(): (isTrue: boolean) => number {
  let count = 0;
  return (isTrue) => (count = isTrue ? count + 1 : 0);
}

/** Brent's search for cycles: one step is kept in mind, and renewed ever more rarely. */
function circleFinder(): (now: Step) => boolean {
  let mark: Step | undefined;
  let [count, renewAt] = [0, 1];
  return (now) => {
    if (mark?.content !== undefined && now.token === mark.token && now.content === mark.content) return true;
    count += 1;
    if (count === renewAt) {
      mark = now;
      renewAt *= 2;
    }
    return false;
  };
}
