import type { Json } from '../../kit/json.ts';
import type { Fuel } from './fuel.ts';
import { NOT_PLAIN, plainValue } from './plain-value.ts';
import { pythonText } from './python-text.ts';

/** A value as JSON; its Python text when JSON cannot say it, dates for example. */
export function plainOrText(value: unknown, fuel: Fuel): Json {
  const plain = plainValue(value, fuel);
  return plain === NOT_PLAIN ? pythonText(value, fuel) : plain;
}
