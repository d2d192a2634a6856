import fc from 'fast-check';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
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

/** What follows the rows: CopyDone, CommandComplete, ReadyForQuery. */
const tail = Buffer.concat([message('c', ''), message('C', 'COPY\0'), message('Z', 'T')]);

interface Submitted extends pg.Submittable {
  handleReadyForQuery(): void;
}

/** As much of `pg` as takes part: a reader of the socket that says when the server is ready again. */
function clientOver(socket: PassThrough, givenBack: Buffer[]): pg.Client {
  let submitted: Submitted | undefined;
  socket.on('data', (chunk: Buffer) => {
    givenBack.push(chunk);
    if (Buffer.concat(givenBack).length === tail.length) submitted?.handleReadyForQuery();
  });
  Object.assign(socket, { setTimeout: () => socket });
  const connection = Object.assign(new EventEmitter(), { stream: socket as unknown as Socket, query: () => undefined });
  const query = (copy: Submitted) => {
    submitted = copy;
    copy.submit(connection as unknown as pg.Connection);
  };
  return { query } as unknown as pg.Client;
}

test('finds the rows again however the network cuts the bytes', async () => {
  const row = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' '), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.array(fc.nat(200), { maxLength: 60 }),
      async (rows, sizes) => {
        let bytes = Buffer.concat([message('H', '\0\0\0'), ...rows.map((one) => message('d', `${one}\n`)), tail]);
        const socket = new PassThrough();
        const givenBack: Buffer[] = [];
        const copy = copyOut(clientOver(socket, givenBack), 'SELECT', { batchRows: 4, decode: ([field]) => field });
        const batches = Array.fromAsync(copy);
        for (const size of sizes) {
          socket.write(bytes.subarray(0, size));
          bytes = bytes.subarray(size);
        }
        socket.write(bytes);
        const read = await batches;
        expect(read.flatMap((batch) => batch.items)).toEqual(rows);
        expect(read.map((batch) => batch.last)).toEqual(read.map((_, at) => at === read.length - 1));
        expect(Buffer.concat(givenBack)).toEqual(tail);
        expect(socket.destroyed).toBe(false);
      },
    ),
  );
});
