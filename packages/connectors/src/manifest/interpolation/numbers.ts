import { PyFloat, pyFloat } from './py-float.ts';
import { pythonInteger } from './python-integer.ts';
import type { BinaryOperator } from './syntax.ts';
import { LIMITS } from './limits.ts';
import { TemplateFault } from './template-fault.ts';

export type PyNumber = number | bigint | boolean | PyFloat;

export const isNumber = (value: unknown): value is PyNumber =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof PyFloat;

export const isInteger = (value: unknown): value is number | bigint | boolean =>
  (typeof value === 'number' && Number.isInteger(value)) || typeof value === 'bigint' || typeof value === 'boolean';

export const asFloat = (value: PyNumber): number => (value instanceof PyFloat ? value.value : Number(value));

/** Arithmetic of Python: integers stay exact, `/` gives floats, `//` and `%` go down. */
export function arithmetic(operator: BinaryOperator, left: PyNumber, right: PyNumber): unknown {
  if (isInteger(left) && isInteger(right) && operator !== '/') return integerArithmetic(operator, left, right);
  return pyFloat(floatArithmetic(operator, asFloat(left), asFloat(right)));
}

function floatArithmetic(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '**':
      return left ** right;
    case '/':
    case '//':
    case '%':
      return floatDivision(operator, left, right);
  }
}

function floatDivision(operator: '/' | '//' | '%', left: number, right: number): number {
  if (right === 0) throw new TemplateFault('value', 'division by zero');
  if (operator === '/') return left / right;
  if (operator === '//') return Math.floor(left / right);
  const rest = left % right;
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
}

function integerArithmetic(
  operator: BinaryOperator,
  left: number | bigint | boolean,
  right: number | bigint | boolean,
): unknown {
  if (typeof left === 'number' && typeof right === 'number') {
    const quick =
      operator === '+' ? left + right : operator === '-' ? left - right : operator === '*' ? left * right : undefined;
    if (quick !== undefined && Number.isSafeInteger(quick)) return quick + 0;
  }
  return exactArithmetic(operator, BigInt(left), BigInt(right));
}

function exactArithmetic(operator: BinaryOperator, left: bigint, right: bigint): unknown {
  switch (operator) {
    case '+':
      return pythonInteger(left + right);
    case '-':
      return pythonInteger(left - right);
    case '*':
      return pythonInteger(left * right);
    case '**':
      return power(left, right);
    case '/':
    case '//':
    case '%':
      return exactDivision(operator, left, right);
  }
}

/** Of integers; `/` of them is done with floats. */
function exactDivision(operator: '/' | '//' | '%', left: bigint, right: bigint): unknown {
  if (right === 0n) throw new TemplateFault('value', 'division by zero');
  const rest = left % right;
  const goesDown = rest !== 0n && rest < 0n !== right < 0n;
  if (operator === '%') return pythonInteger(goesDown ? rest + right : rest);
  return pythonInteger(left / right - (goesDown ? 1n : 0n));
}

function power(left: bigint, right: bigint): unknown {
  if (right < 0n) {
    if (left === 0n) throw new TemplateFault('value', 'division by zero');
    return pyFloat(Number(left) ** Number(right));
  }
  const size = left < 0n ? -left : left;
  const bits = size.toString(2).length;
  if (size > 1n && BigInt(bits - 1) * right > BigInt(LIMITS.integerBits))
    throw new TemplateFault('value', 'an integer is too large');
  return pythonInteger(
    size > 1n ? left ** right : left ** (right % 2n === 0n && left < 0n ? 2n : right > 0n ? 1n : 0n),
  );
}
