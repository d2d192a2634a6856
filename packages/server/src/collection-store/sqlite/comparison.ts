import type { FilterCondition, FilterOperator } from '../port.ts';

export type SqlValue = string | number | bigint;

/** SQL text made of our own words only, and the values for its question marks. */
export interface SqlFragment {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

type Scalar = string | number | boolean;

/** A condition without its negation, which `negatable` puts around it. */
export interface Comparison {
  readonly operator: Exclude<FilterOperator, 'not_equals' | 'not_in'>;
  /** One value, or those of a list; any may hold. */
  readonly operands: readonly Scalar[];
  readonly refuse: (message: string) => never;
}

const positive = {
  equals: 'equals',
  not_equals: 'equals',
  contains: 'contains',
  greater_than: 'greater_than',
  less_than: 'less_than',
  greater_than_or_equal: 'greater_than_or_equal',
  less_than_or_equal: 'less_than_or_equal',
  in: 'in',
  not_in: 'in',
} as const satisfies Record<FilterOperator, Comparison['operator']>;

const symbols = {
  equals: '=',
  in: '=',
  greater_than: '>',
  less_than: '<',
  greater_than_or_equal: '>=',
  less_than_or_equal: '<=',
} as const satisfies Record<Exclude<Comparison['operator'], 'contains'>, string>;

export function bind(sql: string, ...values: SqlValue[]): SqlFragment {
  return { sql, values };
}

export function and(parts: readonly SqlFragment[]): SqlFragment {
  return join(parts, ' AND ', '1');
}

export function or(parts: readonly SqlFragment[]): SqlFragment {
  return join(parts, ' OR ', '0');
}

/** Compares a condition's value, list or scalar, and turns the answer round for the operators that say "not". */
export function negatable(
  { operator, value }: FilterCondition,
  compare: (comparison: Comparison) => SqlFragment,
  refuse: (message: string) => never,
): SqlFragment {
  const operands: readonly Scalar[] = Array.isArray(value) ? value : [value as Scalar];
  const inner = compare({ operator: positive[operator], operands, refuse });
  // A missing value makes the comparison NULL: it does not hold, so its negation does.
  return operator.startsWith('not_') ? bind(`NOT coalesce(${inner.sql}, 0)`, ...inner.values) : inner;
}

/** `expression` must be text; values of other types are compared as they are written. `contains` ignores case. */
export function compareText(expression: string, { operator, operands }: Comparison): SqlFragment {
  const texts = operands.map((operand) => String(operand).toWellFormed());
  if (operator === 'contains') return or(texts.map((operand) => contains(expression, operand)));
  return either(`${expression} ${symbols[operator]} ?`, expression, operator, texts);
}

/** `column` holds milliseconds since the epoch; values are those or ISO 8601 text. `contains` looks into the ISO text. */
export function compareTime(column: string, comparison: Comparison): SqlFragment {
  const { operator, operands, refuse } = comparison;
  if (operator === 'contains') {
    return compareText(`strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`, comparison);
  }
  const times = operands.map((operand) => {
    const time = typeof operand === 'number' ? operand : Date.parse(String(operand));
    return Number.isFinite(time) ? wholeNumber(time) : refuse(`'${operand}' is not a date`);
  });
  return either(`${column} ${symbols[operator]} ?`, column, operator, times);
}

export function compareNumber(expression: string, comparison: Comparison): SqlFragment {
  const { operator, operands, refuse } = comparison;
  if (operator === 'contains') return compareText(`CAST(${expression} AS TEXT)`, comparison);
  const numbers = operands.map((operand) => {
    const number = typeof operand === 'boolean' || operand === '' ? Number.NaN : Number(operand);
    return Number.isFinite(number) ? wholeNumber(number) : refuse(`'${operand}' is not a number`);
  });
  return either(`${expression} ${symbols[operator]} ?`, expression, operator, numbers);
}

/** Whole numbers as integers: the driver binds plain numbers as REAL. */
function wholeNumber(value: number): number | bigint {
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** A list is one `IN`, however long; of other operators each value is one comparison. */
function either(
  comparison: string,
  expression: string,
  operator: Comparison['operator'],
  values: readonly SqlValue[],
): SqlFragment {
  if (operator !== 'in' && operator !== 'equals') return or(values.map((value) => bind(comparison, value)));
  if (values.length === 1) return bind(comparison, ...values);
  const list = JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
  return bind(`${expression} IN (SELECT value FROM json_each(?))`, list);
}

/** SQLite's `lower` knows ASCII only, but is far quicker than a call to our `fold`. */
function contains(expression: string, text: string): SqlFragment {
  const folded = text.toLowerCase();
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  const fold = /^[\x00-\x7f]*$/.test(folded) ? 'lower' : 'fold';
  return bind(`instr(${fold}(${expression}), ?) > 0`, folded);
}

function join(parts: readonly SqlFragment[], word: string, empty: string): SqlFragment {
  if (parts.length === 0) return bind(empty);
  return bind(`(${parts.map((part) => part.sql).join(word)})`, ...parts.flatMap((part) => part.values));
}
