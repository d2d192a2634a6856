import { compareValues, equalValues } from './compare.ts';
import { isMapping } from './mapping.ts';
import { isNumber } from './numbers.ts';
import { operate } from './operators.ts';
import { PyFunction } from './py-function.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import type { ComparisonOperator } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';
import { kindOf } from './value-kind.ts';

/** A test: `value is name(args)`. */
export type Test = (run: Run, value: unknown, args: readonly unknown[]) => boolean;

const compares =
  (operator: ComparisonOperator): Test =>
  (run, value, [other]) =>
    compareValues(run, operator, value, other);

const rest = (run: Run, value: unknown, divisor: unknown): unknown => {
  if (!isNumber(value) || !isNumber(divisor)) {
    defined(value);
    throw new TemplateFault('type', 'a number is wanted');
  }
  return operate(run, '%', value, divisor);
};

const isSequence = (value: unknown): boolean =>
  typeof value === 'string' ||
  Array.isArray(value) ||
  value instanceof PyTuple ||
  isMapping(value) ||
  value instanceof PyUndefined;

/** Whether a text has letters, all of them as `change` makes them. */
const inCase =
  (change: (text: string) => string): Test =>
  (run, value) => {
    if (typeof value !== 'string') return false;
    run.scan(value.length, 16);
    return value.toLowerCase() !== value.toUpperCase() && value === change(value);
  };

/** Jinja's tests (jinja.palletsprojects.com, "List of Builtin Tests"), without those of HTML; `filter` and `test` are the compiler's. */
export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['defined', (_, value) => !(value instanceof PyUndefined)],
  ['undefined', (_, value) => value instanceof PyUndefined],
  ['none', (_, value) => value === null || value === undefined],
  ['boolean', (_, value) => typeof value === 'boolean'],
  ['true', (_, value) => value === true],
  ['false', (_, value) => value === false],
  ['integer', (_, value) => kindOf(value) === 'int'],
  ['float', (_, value) => kindOf(value) === 'float'],
  ['number', (_, value) => isNumber(value)],
  ['string', (_, value) => typeof value === 'string'],
  ['mapping', (_, value) => isMapping(value)],
  ['sequence', (_, value) => isSequence(value)],
  ['iterable', (_, value) => isSequence(value)],
  ['callable', (_, value) => value instanceof PyFunction],
  ['escaped', () => false],
  ['odd', (run, value) => equalValues(run, rest(run, value, 2), 1)],
  ['even', (run, value) => equalValues(run, rest(run, value, 2), 0)],
  ['divisibleby', (run, value, [divisor]) => equalValues(run, rest(run, value, divisor), 0)],
  ['lower', inCase((text) => text.toLowerCase())],
  ['upper', inCase((text) => text.toUpperCase())],
  ['sameas', (_, value, [other]) => value === other],
  ['in', (run, value, [container]) => compareValues(run, 'in', value, container)],
  ...(
    [
      ['==', ['eq', 'equalto']],
      ['!=', ['ne']],
      ['<', ['lt', 'lessthan']],
      ['<=', ['le']],
      ['>', ['gt', 'greaterthan']],
      ['>=', ['ge']],
    ] as const
  ).flatMap(([operator, names]) => [operator, ...names].map((name) => [name, compares(operator)] as const)),
]);
