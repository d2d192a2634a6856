import { asFloat, isInteger, isNumber } from './numbers.ts';
import { defined } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** An argument that must be a text. */
export function textArgument(value: unknown): string {
  if (typeof value !== 'string') {
    defined(value);
    throw new TemplateFault('type', 'a text is wanted');
  }
  return value;
}

/** An argument that must be an integer; large ones are cut to what numbers hold. */
export function integerArgument(value: unknown, missing?: number): number {
  if ((value === undefined || value === null) && missing !== undefined) return missing;
  if (!isInteger(value)) {
    defined(value);
    throw new TemplateFault('type', 'an integer is wanted');
  }
  return Number(value);
}

/** An argument that must be a number. */
export function numberArgument(value: unknown): number {
  if (!isNumber(value)) {
    defined(value);
    throw new TemplateFault('type', 'a number is wanted');
  }
  return asFloat(value);
}
