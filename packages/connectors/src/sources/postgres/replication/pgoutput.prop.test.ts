import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLsn, isLsn, parseLsn } from './lsn.ts';
import { parsePgOutput, type PgOutputMessage, type Tuple } from './pgoutput.ts';

/** Writes messages as the manual's "Logical Replication Message Formats" has them. */
class Writer {
  readonly #parts: Buffer[] = [];

  char(mark: string): this {
    return this.#push(Buffer.from(mark, 'latin1'));
  }

  int(bytes: 1 | 2 | 4 | 8, value: number | bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64BE(BigInt(value));
    return this.#push(part.subarray(8 - bytes));
  }

  text(value: string): this {
    return this.#push(Buffer.from(`${value}\0`));
  }

  tuple(values: Tuple): this {
    this.int(2, values.length);
    for (const value of values) {
      if (value === null) this.char('n');
      else if (value === undefined) this.char('u');
      else this.char('t').int(4, Buffer.byteLength(value)).#push(Buffer.from(value));
    }
    return this;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #push(part: Buffer): this {
    this.#parts.push(part);
    return this;
  }
}

const LAST_LSN = (1n << 64n) - 1n;
const lsn = fc.bigInt({ min: 0n, max: LAST_LSN });
const oid = fc.nat(2 ** 32 - 1).map(String);
const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null), fc.constant(undefined));
const tuple: fc.Arbitrary<Tuple> = fc.array(value, { maxLength: 8 });
const old = fc.record({ whole: fc.boolean(), tuple });
const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
const column = fc.record({ name, typeOid: oid, isKey: fc.boolean() });

const message: fc.Arbitrary<PgOutputMessage> = fc.oneof(
  fc.constant({ type: 'begin' as const }),
  fc.record({ type: fc.constant('commit' as const), end: lsn }),
  fc.record({ type: fc.constant('relation' as const), oid, columns: fc.array(column, { maxLength: 5 }) }),
  fc.record({ type: fc.constant('insert' as const), relation: oid, tuple }),
  fc.record({ type: fc.constant('update' as const), relation: oid, tuple, old: fc.option(old, { nil: undefined }) }),
  fc.record({ type: fc.constant('delete' as const), relation: oid, old }),
  fc.record({ type: fc.constant('truncate' as const), relations: fc.array(oid, { maxLength: 4 }) }),
  fc.constant({ type: 'other' as const }),
);

function write(one: PgOutputMessage): Buffer {
  const writer = new Writer();
  switch (one.type) {
    case 'begin':
      return writer.char('B').int(8, 1).int(8, 2).int(4, 3).toBuffer();
    case 'commit':
      return writer.char('C').int(1, 0).int(8, 7).int(8, one.end).int(8, 2).toBuffer();
    case 'relation':
      writer.char('R').int(4, Number(one.oid)).text('public').text('täble').char('d').int(2, one.columns.length);
      for (const { isKey, name: its, typeOid } of one.columns)
        writer
          .int(1, isKey ? 1 : 0)
          .text(its)
          .int(4, Number(typeOid))
          .int(4, 2 ** 32 - 1);
      return writer.toBuffer();
    case 'insert':
      return writer.char('I').int(4, Number(one.relation)).char('N').tuple(one.tuple).toBuffer();
    case 'update':
      writer.char('U').int(4, Number(one.relation));
      if (one.old) writer.char(one.old.whole ? 'O' : 'K').tuple(one.old.tuple);
      return writer.char('N').tuple(one.tuple).toBuffer();
    case 'delete':
      writer
        .char('D')
        .int(4, Number(one.relation))
        .char(one.old.whole ? 'O' : 'K');
      return writer.tuple(one.old.tuple).toBuffer();
    case 'truncate':
      writer.char('T').int(4, one.relations.length).int(1, 3);
      for (const relation of one.relations) writer.int(4, Number(relation));
      return writer.toBuffer();
    case 'other':
      return writer.char('Y').int(4, 5).text('pg_catalog').text('int4').toBuffer();
  }
}

test('every message is read as it was written', () => {
  fc.assert(
    fc.property(message, (one) => {
      expect(parsePgOutput(write(one))).toEqual(one);
    }),
  );
});

test('a message that is cut short is refused, never misread as another row', () => {
  fc.assert(
    fc.property(message, fc.nat(), (one, seed) => {
      const bytes = write(one);
      const cut = bytes.subarray(0, seed % bytes.length);
      if (one.type === 'other' || one.type === 'begin') return;
      expect(() => expect(parsePgOutput(cut)).toEqual({ type: 'other' })).toThrow();
    }),
  );
});

test('places in the log are written and read again, in their order', () => {
  fc.assert(
    fc.property(lsn, (one) => {
      expect(isLsn(formatLsn(one))).toBe(true);
      expect(parseLsn(formatLsn(one))).toBe(one);
    }),
  );
  expect(formatLsn(parseLsn('16/B374D848'))).toBe('16/B374D848');
});
