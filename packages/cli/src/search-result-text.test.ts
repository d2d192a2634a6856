import { expect, test } from 'vitest';
import { snippet } from './search-result-text.ts';

const text = `${'Nothing of interest here. '.repeat(20)}The backoff doubles\n after every retry, up to a minute.`;

test('shows the part of the text where a word of the query stands, on one line', () => {
  const part = snippet(text, 'retry the call', 60);
  expect(part).toContain('every retry');
  expect(part.startsWith('…')).toBe(true);
  expect(part.length).toBeLessThanOrEqual(62);
  expect(part).not.toContain('\n');
});

test('shows the beginning when no word of the query is in the text', () => {
  expect(snippet('short text', 'zebra')).toBe('short text');
});
