import { expect, test } from 'vitest';
import { ListingCursor, LOOKBACK_MS, PARTS_LOOKBACK_MS, trackChanges } from './listing-tracker.ts';
import { MOST_KNOWN } from './known-objects.ts';
import type { ListedObject } from './known-objects.ts';

const settings = ['some-bucket', ''];
const NOW = Date.UTC(2026, 5, 1);

const object = (key: string, modifiedAt: number, etag = '"0"'): ListedObject => ({
  key,
  size: 1,
  etag,
  modifiedAt,
});

/** The cursor after a run at `now` that has seen `count` objects of long ago. */
function cursorAfter(count: number, now = NOW): ListingCursor {
  const tracker = trackChanges(settings, now, undefined);
  for (let at = 0; at < count; at += 1) tracker.took(object(`old-${at}`, 0));
  return ListingCursor.parse(JSON.parse(JSON.stringify(tracker.done())));
}

test('knows every object of a small prefix by itself', () => {
  const tracker = trackChanges(settings, NOW + 1, cursorAfter(MOST_KNOWN));
  expect(tracker.isKnown(object('old-7', 0))).toBe(true);
  expect(tracker.isKnown(object('old-7', 0, '"1"'))).toBe(false);
  expect(tracker.isKnown(object('came-late', 0))).toBe(false);
});

test('goes by one moment in a large prefix, less what clocks and uploads in parts may be late', () => {
  const cursor = cursorAfter(MOST_KNOWN + 1);
  expect(cursor.known).toBeUndefined();
  const { isKnown } = trackChanges(settings, NOW + 1, cursor);
  expect(isKnown(object('old-7', NOW - LOOKBACK_MS - 1))).toBe(true);
  expect(isKnown(object('old-7', NOW - LOOKBACK_MS))).toBe(false);
  expect(isKnown(object('parts', NOW - PARTS_LOOKBACK_MS, '"0-12"'))).toBe(false);
  expect(isKnown(object('parts', NOW - PARTS_LOOKBACK_MS - 1, '"0-12"'))).toBe(true);
});

test('keeps a cursor small, whatever it remembers', () => {
  for (const count of [0, MOST_KNOWN, MOST_KNOWN * 3])
    expect(JSON.stringify(cursorAfter(count)).length).toBeLessThan(MOST_KNOWN * 8 + 200);
});

test('trusts no cursor of other settings or from the future', () => {
  const cursor = cursorAfter(MOST_KNOWN + 1);
  const old = object('old-7', 0);
  expect(trackChanges(settings, NOW, cursor).isKnown(old)).toBe(true);
  expect(trackChanges(['some-bucket', 'a/'], NOW, cursor).isKnown(old)).toBe(false);
  expect(trackChanges([...settings, 5], NOW, cursor).isKnown(old)).toBe(false);
  expect(trackChanges(settings, NOW - 1, cursor).isKnown(old)).toBe(false);
});

test('tries again what could not be read, until too many keys would be remembered', () => {
  const tracker = trackChanges(settings, NOW, cursorAfter(MOST_KNOWN + 1, NOW - 1));
  const stubborn = object('old-7', 0);
  tracker.retryLater(stubborn);
  for (let at = 0; at <= MOST_KNOWN; at += 1) tracker.took(object(`old-${at}`, 0));
  expect(trackChanges(settings, NOW + 1, tracker.done()).isKnown(stubborn)).toBe(false);
  for (let at = 0; at < 1_000; at += 1) tracker.retryLater(object(`bad-${at}`, NOW - 1));
  expect(tracker.during('x')).toBeUndefined();
  expect(tracker.done()).toMatchObject({ seenTo: NOW - 1, retry: [] });
});

test('goes on behind the last key of a run that was cut, in the order of bytes', () => {
  const cut = trackChanges(settings, NOW, undefined).during('ﬀ')!;
  const tracker = trackChanges(settings, NOW + 1, cut);
  expect(tracker.isKnown(object('a', 0))).toBe(true);
  expect(tracker.isKnown(object('a', NOW))).toBe(false);
  // U+1F600 is above U+FB00 in UTF-8, and below it in UTF-16.
  expect(tracker.isKnown(object('😀', 0))).toBe(false);
  expect(tracker.during('b')).toBeUndefined();
  expect(tracker.during('😀')).toMatchObject({ run: { after: '😀' } });
});
