import type {
  DatabaseColumn,
  DatabaseSchema,
  DatabaseTable,
  ForeignKey,
} from '@tributary/connectors/kit/database-schema';

/** Columns of one stream that seem to point to the key of another. */
export interface Inferred extends Omit<ForeignKey, 'name'> {
  /** 0 to 1. */
  readonly score: number;
  readonly evidence: string;
}

/** A name without what sets words apart, in the singular as far as English is regular. */
function stem(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (plain.endsWith('ies')) return `${plain.slice(0, -3)}y`;
  if (/(?:ss|us)$/.test(plain)) return plain;
  return plain.replace(/(?<=s|x|z|ch|sh)es$|s$/, '');
}

/** `public.order_items` is `orderitem`. */
const tableStem = ({ stream }: DatabaseTable): string => stem(stream.split('.').at(-1) ?? stream);

/** Kinds of types between which a reference makes sense. */
function typeFamily(dataType: string): string {
  if (/int|serial|number/i.test(dataType)) return 'number';
  if (/uuid/i.test(dataType)) return 'uuid';
  return /char|text|string/i.test(dataType) ? 'text' : dataType.toLowerCase();
}

const keyOf = ({ columns }: DatabaseTable): DatabaseColumn | undefined => {
  const key = columns.filter(({ primaryKey }) => primaryKey);
  return key.length === 1 ? key[0] : undefined;
};

/** Marks of a name that says nothing but that it is a key. */
const MARKS = ['id', 'key', 'code', 'no', 'uuid'];

function judge(
  column: DatabaseColumn,
  table: DatabaseTable,
  key: DatabaseColumn,
): Pick<Inferred, 'score' | 'evidence'> | undefined {
  const name = column.name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const wanted = key.name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const marks = MARKS.includes(wanted) ? [wanted] : [wanted, ...MARKS];
  const mark = marks.find((one) => name.endsWith(one) && name.length > one.length);
  const named = mark === undefined ? undefined : stem(name.slice(0, -mark.length));
  const sameType = typeFamily(column.dataType) === typeFamily(key.dataType);
  if (!sameType) return undefined;
  if (named !== undefined && named === tableStem(table))
    return { score: 0.9, evidence: `${column.name} names ${table.stream} and its key ${key.name}; the types agree` };
  if (named !== undefined && named.length > tableStem(table).length && named.endsWith(tableStem(table)))
    return { score: 0.7, evidence: `${column.name} ends with the name of ${table.stream} and its key ${key.name}` };
  if (name === wanted && !MARKS.includes(name))
    return { score: 0.6, evidence: `${column.name} is called like the key of ${table.stream}; the types agree` };
  return undefined;
}

/** Guesses, by names and types, what the database does not declare; columns that it declares are left out. */
export function inferRelationships({ tables, foreignKeys }: DatabaseSchema): readonly Inferred[] {
  const declared = new Set(foreignKeys.flatMap((key) => key.columns.map((name) => JSON.stringify([key.stream, name]))));
  return tables.flatMap((table) =>
    table.columns
      .filter((column) => !declared.has(JSON.stringify([table.stream, column.name])))
      .filter((column) => column !== keyOf(table))
      .flatMap((column) => bestOf(table, column, tables)),
  );
}

function bestOf(table: DatabaseTable, column: DatabaseColumn, tables: readonly DatabaseTable[]): readonly Inferred[] {
  const found = tables.flatMap((target) => {
    const key = keyOf(target);
    const judged = key && target !== table ? judge(column, target, key) : undefined;
    if (!key || !judged) return [];
    return [
      { stream: table.stream, columns: [column.name], toStream: target.stream, toColumns: [key.name], ...judged },
    ];
  });
  return found.toSorted((one, other) => other.score - one.score).slice(0, 1);
}
