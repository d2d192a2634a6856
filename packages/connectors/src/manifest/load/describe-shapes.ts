import type { Json } from '../../kit/json.ts';
import type { Shape } from './declaration.ts';

const NAMES: Readonly<Record<Extract<Shape, string>, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  list: 'a list',
  null: 'null',
};

/** Shapes in words, for messages and for the documentation. */
export const describeShapes = (shapes: readonly Shape[]): string => shapes.map(describeShape).join(' or ');

function describeShape(shape: Shape): string {
  if (typeof shape === 'string') return NAMES[shape];
  if ('oneOf' in shape) return `${shape.oneOf.length > 1 ? 'one of ' : ''}${quoted(shape.oneOf)}`;
  if ('component' in shape) return `a component (${quoted(shape.component)})`;
  if ('listOf' in shape) return `a list of which each is ${describeShapes(shape.listOf)}`;
  return 'an object';
}

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** A value in a few words. Manifests hold no secrets, so that short texts may be shown. */
export function describeValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
