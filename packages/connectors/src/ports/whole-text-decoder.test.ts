import { expect, test } from 'vitest';
import type { ManifestResponse } from '../manifest/model/request.ts';
import { wholeTextDecoder } from './whole-text-decoder.ts';

const decoded = (body: string): unknown => [
  ...(wholeTextDecoder().decode({ text: () => body } as ManifestResponse) as Iterable<unknown>),
];

test('takes the whole body for one text, without its mark and with plain line ends', () => {
  expect(decoded('\uFEFFFirst\r\n\r\n{"second": 1}\r')).toEqual([{ text: 'First\n\n{"second": 1}' }]);
});

test('keeps the beginning of a text that is very long', () => {
  const [record] = decoded('a'.repeat(2_000_010)) as { text: string }[];
  expect(record?.text).toHaveLength(2_000_000);
});
