import fc from 'fast-check';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { copyOut } from './copy-out.ts';

const message = (code: string, body: string) => {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(code);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
};

/** A client whose server says what it is told to; `pg` itself is reduced to what it is given back. */
function clientOver(socket: PassThrough, givenBack: Buffer[]) {
  socket.on('data', (chunk: Buffer) => {
    givenBack.push(chunk);
  });
  Object.assign(socket, { setTimeout: () => socket });
  const connection = Object.assign(new EventEmitter(), { stream: socket as unknown as Socket, query: () => undefined });
  return {
    query: (copy: pg.Submittable) => copy.submit(connection as unknown as pg.Connection),
  } as unknown as pg.Client;
}

test('finds the rows again however the network cuts the bytes', async () => {
  const row = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' '), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.array(fc.nat(200), { maxLength: 60 }),
      async (rows, sizes) => {
        const tail = Buffer.concat([message('c', ''), message('C', 'COPY\0'), message('Z', 'T')]);
        let bytes = Buffer.concat([message('H', '\0\0\0'), ...rows.map((one) => message('d', `${one}\n`)), tail]);
        const socket = new PassThrough();
        const givenBack: Buffer[] = [];
        const batches = Array.fromAsync(
          takeUntilLast(copyOut(clientOver(socket, givenBack), 'SELECT', { batchRows: 4, decode: ([field]) => field })),
        );
        for (const size of sizes) {
          socket.write(bytes.subarray(0, size));
          bytes = bytes.subarray(size);
        }
        socket.end(bytes);
        const read = await batches;
        expect(read.flatMap((batch) => batch.items)).toEqual(rows);
        expect(read.at(-1)?.last).toBe(true);
        await new Promise((resolve) => socket.once('close', resolve).resume());
        expect(Buffer.concat(givenBack)).toEqual(tail);
      },
    ),
  );
});

/** The real driver would report the end; here the last batch is the end. */
async function* takeUntilLast<T extends { readonly last: boolean }>(batches: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const batch of batches) {
    yield batch;
    if (batch.last) return;
  }
}
