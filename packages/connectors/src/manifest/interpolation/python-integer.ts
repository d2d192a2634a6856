import { LIMITS } from './limits.ts';
import { TemplateFault } from './template-fault.ts';

/** An integer as templates hold it: a number where that is exact, else a bigint. Throws when it has too many bits. */
export function pythonInteger(value: string | number | bigint): number | bigint {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value) ? value + 0 : checked(BigInt(value));
  if (typeof value === 'string' && value.length > LIMITS.integerBits) tooLarge();
  return checked(BigInt(value));
}

function checked(value: bigint): number | bigint {
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
  if (BigInt.asIntN(LIMITS.integerBits, value) !== value) tooLarge();
  return value;
}

function tooLarge(): never {
  throw new TemplateFault('value', 'an integer is too large');
}
