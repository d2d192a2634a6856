/** A column's value as the server writes it; `undefined` is a large value that did not change and was not sent (TOAST). */
export type TupleValue = string | null | undefined;
export type Tuple = readonly TupleValue[];

export interface RelationColumn {
  readonly name: string;
  readonly typeOid: string;
  /** Part of the replica identity: sent with the old version of a row. */
  readonly isKey: boolean;
}

export interface Relation {
  readonly type: 'relation';
  readonly oid: string;
  readonly columns: readonly RelationColumn[];
}

/** The old version of a row: its key alone, or all of it (`REPLICA IDENTITY FULL`). */
export interface OldTuple {
  readonly whole: boolean;
  readonly tuple: Tuple;
}

export type RowChange =
  | { readonly type: 'insert'; readonly relation: string; readonly tuple: Tuple }
  /** `old` comes when the key changed, or is large. */
  | { readonly type: 'update'; readonly relation: string; readonly tuple: Tuple; readonly old: OldTuple | undefined }
  | { readonly type: 'delete'; readonly relation: string; readonly old: OldTuple };

export type PgOutputMessage =
  | { readonly type: 'begin' }
  /** `end` is the place behind the transaction. */
  | { readonly type: 'commit'; readonly end: bigint }
  | Relation
  | RowChange
  | { readonly type: 'truncate'; readonly relations: readonly string[] }
  /** Origins, types and messages of others: nothing to be read. */
  | { readonly type: 'other' };

const KIND = { begin: 'B', commit: 'C', relation: 'R', insert: 'I', update: 'U', delete: 'D', truncate: 'T' } as const;
const COMMIT_HEAD = 9;

/**
 * Reads one message of `pgoutput`, protocol version 1 with values as text (manual, "Logical Replication Message Formats").
 * What it gives holds nothing of the buffer. Throws `RangeError` for a message that is cut short, `Error` for a foreign one.
 */
export function parsePgOutput(bytes: Buffer): PgOutputMessage {
  const reader = new Reader(bytes);
  switch (reader.char()) {
    case KIND.begin:
      return { type: 'begin' };
    case KIND.commit:
      return { type: 'commit', end: bytes.readBigUInt64BE(1 + COMMIT_HEAD) };
    case KIND.relation:
      return relation(reader);
    case KIND.insert: {
      const oid = reader.oid();
      reader.expect('N');
      return { type: 'insert', relation: oid, tuple: reader.tuple() };
    }
    case KIND.update:
      return update(reader);
    case KIND.delete: {
      const oid = reader.oid();
      return { type: 'delete', relation: oid, old: oldTuple(reader, reader.char()) };
    }
    case KIND.truncate: {
      const count = reader.int32();
      reader.int8();
      return { type: 'truncate', relations: Array.from({ length: count }, () => reader.oid()) };
    }
    default:
      return { type: 'other' };
  }
}

function relation(reader: Reader): Relation {
  const oid = reader.oid();
  // The table is known by its number; a name may have changed since.
  reader.text();
  reader.text();
  reader.int8();
  const columns = Array.from({ length: reader.int16() }, () => {
    const isKey = (reader.int8() & 1) === 1;
    const name = reader.text();
    const typeOid = reader.oid();
    reader.int32();
    return { name, typeOid, isKey };
  });
  return { type: 'relation', oid, columns };
}

function update(reader: Reader): RowChange {
  const oid = reader.oid();
  const mark = reader.char();
  if (mark === 'N') return { type: 'update', relation: oid, tuple: reader.tuple(), old: undefined };
  const old = oldTuple(reader, mark);
  reader.expect('N');
  return { type: 'update', relation: oid, tuple: reader.tuple(), old };
}

function oldTuple(reader: Reader, mark: string): OldTuple {
  if (mark !== 'K' && mark !== 'O') throw new Error(`an old row is marked ${mark}`);
  return { whole: mark === 'O', tuple: reader.tuple() };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  char(): string {
    return String.fromCharCode(this.int8());
  }

  expect(mark: string): void {
    const found = this.char();
    if (found !== mark) throw new Error(`a row is marked ${found} instead of ${mark}`);
  }

  int8(): number {
    const value = this.#bytes.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  int16(): number {
    const value = this.#bytes.readUInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  int32(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  oid(): string {
    return String(this.int32());
  }

  /** Up to the NUL. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end === -1) throw new RangeError('a text has no end');
    const value = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return value;
  }

  tuple(): Tuple {
    return Array.from({ length: this.int16() }, () => this.#value());
  }

  #value(): TupleValue {
    const kind = this.char();
    if (kind === 'n') return null;
    if (kind === 'u') return undefined;
    if (kind !== 't') throw new Error(`a value is marked ${kind}`);
    const end = this.int32() + this.#at;
    if (end > this.#bytes.length) throw new RangeError('a value is cut short');
    const value = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return value;
  }
}
