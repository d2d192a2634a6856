import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLsn, isLsn, parseLsn } from './lsn.ts';
import { type OldTuple, parsePgOutput, type PgOutputMessage, type Tuple } from './pgoutput.ts';

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

  old({ whole, tuple: values }: OldTuple): this {
    return this.char(whole ? 'O' : 'K').tuple(values);
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

type Of<T extends PgOutputMessage['type']> = Extract<PgOutputMessage, { readonly type: T }>;

const NOTHING = 2 ** 32 - 1;

const writers: { readonly [T in PgOutputMessage['type']]: (one: Of<T>) => Writer } = {
  begin: () => new Writer().char('B').int(8, 1).int(8, 2).int(4, 3),
  commit: ({ end }) => new Writer().char('C').int(1, 0).int(8, 7).int(8, end).int(8, 2),
  relation({ oid: number, columns }) {
    const writer = new Writer().char('R').int(4, Number(number)).text('public').text('täble').char('d');
    writer.int(2, columns.length);
    for (const { isKey, name: its, typeOid } of columns) {
      writer.int(1, Number(isKey)).text(its).int(4, Number(typeOid)).int(4, NOTHING);
    }
    return writer;
  },
  insert: (one) => new Writer().char('I').int(4, Number(one.relation)).char('N').tuple(one.tuple),
  update(one) {
    const writer = new Writer().char('U').int(4, Number(one.relation));
    if (one.old) writer.old(one.old);
    return writer.char('N').tuple(one.tuple);
  },
  delete: (one) => new Writer().char('D').int(4, Number(one.relation)).old(one.old),
  truncate({ relations }) {
    const writer = new Writer().char('T').int(4, relations.length).int(1, 3);
    for (const relation of relations) writer.int(4, Number(relation));
    return writer;
  },
  other: () => new Writer().char('Y').int(4, 5).text('pg_catalog').text('int4'),
};

const write = (one: PgOutputMessage): Buffer =>
  (writers[one.type] as (message: PgOutputMessage) => Writer)(one).toBuffer();

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
