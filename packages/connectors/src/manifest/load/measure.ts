import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { LIMITS } from './limits.ts';

interface Measure {
  readonly values: number;
  readonly depth: number;
}

const LEAF: Measure = { values: 1, depth: 0 };

/**
 * Refuses values that would be too large or too deep when everything that is shared within them is written out. Shared parts
 * are measured once, so that the effort stays in proportion to what is in memory. Also refuses a value that holds itself, and
 * keys that would change JavaScript's objects. Throws `ConnectorError('configuration')`.
 */
export function assertBounded(value: Json, maxDepth: number): void {
  measure(value, maxDepth, 0, new Map());
}

const IN_PROGRESS = Symbol('in progress');

function measure(
  value: Json,
  maxDepth: number,
  level: number,
  known: Map<object, Measure | typeof IN_PROGRESS>,
): Measure {
  if (typeof value !== 'object' || value === null) return LEAF;
  const before = known.get(value);
  if (before === IN_PROGRESS)
    throw new ConnectorError('configuration', 'The manifest holds a part of itself within that part.');
  if (before === undefined && level >= maxDepth) throw tooDeep(maxDepth);
  const found = before ?? measureMembers(value, maxDepth, level, known);
  if (found.depth + level > maxDepth) throw tooDeep(maxDepth);
  return found;
}

function measureMembers(
  value: object,
  maxDepth: number,
  level: number,
  known: Map<object, Measure | typeof IN_PROGRESS>,
): Measure {
  known.set(value, IN_PROGRESS);
  let values = 1;
  let depth = 0;
  for (const [key, member] of Object.entries(value) as [string, Json | undefined][]) {
    if (key === '__proto__')
      throw new ConnectorError('configuration', 'The manifest has a key `__proto__`; give it another name.');
    if (member === undefined) continue;
    const one = measure(member, maxDepth, level + 1, known);
    values += one.values;
    depth = Math.max(depth, one.depth + 1);
  }
  if (values > LIMITS.values) {
    const limit = LIMITS.values.toLocaleString('en');
    throw new ConnectorError(
      'configuration',
      `The manifest grows to more than ${limit} values when its references and aliases are written out; use fewer of them within each other.`,
    );
  }
  const result = { values, depth };
  known.set(value, result);
  return result;
}

const tooDeep = (maxDepth: number): ConnectorError =>
  new ConnectorError('configuration', `The manifest is nested in more than ${maxDepth} levels; make it flatter.`);
