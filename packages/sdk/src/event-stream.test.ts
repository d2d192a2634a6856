import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEvents } from './event-stream.ts';

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array, void> {
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield await Promise.resolve(bytes.subarray(from, cut));
    from = cut;
  }
  yield bytes.subarray(from);
}

const text =
  ': hi\r\nid: 1\r\ndata: grün\r\ndata: 2\r\n\r\nevent: end\ndata:x\n\nid: 3\n\ndata: last ✓\rid: 4\r\rdata: unfinished';
const expected = [
  { id: '1', event: 'message', data: 'grün\n2' },
  { id: '1', event: 'end', data: 'x' },
  { id: '4', event: 'message', data: 'last ✓' },
];

test('reads the same events however the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(text);
  const cuts = fc.array(fc.nat(bytes.length), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(cuts, async (where) => {
      expect(await Array.fromAsync(readEvents(pieces(bytes, where)))).toEqual(expected);
    }),
  );
});
