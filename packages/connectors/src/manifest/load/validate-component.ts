import type { Json, JsonObject } from '../../kit/json.ts';
import { DECLARATIONS } from './declarations.ts';
import { tagOf } from './declaration-tag.ts';
import type { ComponentDeclaration, FieldDeclaration, Fields, Shape } from './declaration.ts';
import { describeShapes, describeValue } from './describe-shapes.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { nearest } from './nearest.ts';
import type { Problems } from './problems.ts';
import { unionRouterProblems } from './union-router-problems.ts';

/**
 * Compares a component with its declaration, and adds what is wrong to `problems`. `names` are the declarations that may stand
 * at `path`. Unknown fields are none of our business; `null` is as good as absent; unknown `Custom…` components with a
 * `class_name` are let through, because a port may know them. What is shared is looked at once.
 */
export function validateComponent(
  value: Json | undefined,
  names: readonly string[],
  path: string,
  problems: Problems,
): void {
  checkShapes(value, [{ component: names }], path, { problems, done: new WeakMap() });
}

interface Check {
  readonly problems: Problems;
  /** By value, the shapes that it has been compared with. */
  readonly done: WeakMap<object, Set<unknown>>;
}

type Components = Extract<Shape, { component: unknown }>;

function checkShapes(value: Json | undefined, shapes: readonly Shape[], path: string, check: Check): void {
  if (typeof value !== 'object' || value === null) {
    if (!shapes.some((shape) => fits(value, shape))) check.problems.add(path, complaint(value, shapes));
    return;
  }
  const seen = check.done.get(value) ?? new Set();
  check.done.set(value, seen);
  if (seen.has(shapes)) return;
  seen.add(shapes);
  if (isJsonObject(value)) checkObject(value, shapes, path, check);
  else checkList(value, shapes, path, check);
}

function complaint(value: Json | undefined, shapes: readonly Shape[]): string {
  const meant = typeof value === 'string' ? nearest(value, shapes.flatMap(textsOf)) : undefined;
  const quoted = typeof value === 'number' && shapes.includes('string') ? '; write it in quotes' : '';
  return `must be ${describeShapes(shapes)}, not ${describeValue(value)}${meant ? `; did you mean \`${meant}\`?` : quoted}`;
}

const textsOf = (shape: Shape): readonly string[] => (typeof shape === 'object' && 'oneOf' in shape ? shape.oneOf : []);

function checkObject(value: JsonObject, shapes: readonly Shape[], path: string, check: Check): void {
  const components = shapes.filter((shape): shape is Components => typeof shape === 'object' && 'component' in shape);
  const names = components.flatMap(({ component }) => component);
  const declaration = declarationOf(value, names);
  if (declaration) return checkComponent(value, declaration, path, check);
  if (shapes.includes('object')) return;
  const other = shapes.find((shape) => typeof shape === 'object' && ('mapOf' in shape || 'object' in shape));
  if (typeof other === 'object' && 'object' in other) return checkFields(value, other.object, path, check);
  if (typeof other === 'object' && 'mapOf' in other) return checkMap(value, other.mapOf, path, check);
  if (names.length === 0) return check.problems.add(path, complaint(value, shapes));
  const text = unknownComponent(value, names);
  if (text !== undefined) check.problems.add(path, text);
}

function checkComponent(value: JsonObject, { name, fields }: ComponentDeclaration, path: string, check: Check): void {
  checkFields(value, fields, path, check);
  if (name !== 'UnionPartitionRouter') return;
  for (const [below, text] of unionRouterProblems(value)) check.problems.add(`${path}.${below}`, text);
}

function checkMap(value: JsonObject, shapes: readonly Shape[], path: string, check: Check): void {
  for (const [key, member] of Object.entries(value)) checkShapes(member, shapes, `${path}.${key}`, check);
}

function declarationOf(value: JsonObject, names: readonly string[]): ComponentDeclaration | undefined {
  const declarations = names.map((name) => DECLARATIONS.get(name)).filter((one) => one !== undefined);
  const { type } = value;
  if (type === undefined)
    return declarations.length === 1 && declarations[0]?.typeOptional ? declarations[0] : undefined;
  return declarations.find((declaration) => tagOf(declaration) === type);
}

/** Says nothing of components that only a port can know. */
function unknownComponent({ type, class_name }: JsonObject, names: readonly string[]): string | undefined {
  const tags = names.map((name) => tagOf(DECLARATIONS.get(name) ?? { name, about: '', fields: {} }));
  const expected = tags.length === 1 ? `\`${tags[0]}\`` : `one of ${tags.map((tag) => `\`${tag}\``).join(', ')}`;
  if (type === undefined) return `has no \`type\`; write ${expected}`;
  if (typeof type !== 'string') return `\`type\` must be ${expected}, not ${describeValue(type)}`;
  if (DECLARATIONS.has(type)) return `\`${type}\` cannot stand here; write ${expected}`;
  if (type.startsWith('Custom') && typeof class_name === 'string') return undefined;
  const meant = nearest(type, tags) ?? nearest(type, DECLARATIONS.keys());
  return `there is no component \`${type}\`; ${meant ? `did you mean \`${meant}\`?` : `write ${expected}`}`;
}

function checkFields(value: JsonObject, fields: Fields, path: string, check: Check): void {
  for (const [name, field] of Object.entries(fields)) {
    const member = value[name];
    const where = path === '' ? name : `${path}.${name}`;
    if (member !== undefined && member !== null) checkField(member, field, where, check);
    else if (field.required && !(member === null && field.shapes.includes('null')))
      check.problems.add(path, missing(name, value, fields));
  }
}

function missing(name: string, value: JsonObject, fields: Fields): string {
  const strangers = Object.keys(value).filter((key) => !Object.hasOwn(fields, key) && key !== 'type');
  const meant = nearest(name, strangers);
  return `needs \`${name}\`${meant ? `; is \`${meant}\` a slip of the pen?` : ''}`;
}

function checkField(value: Json, field: FieldDeclaration, path: string, check: Check): void {
  if (typeof value === 'number' && field.minimum !== undefined && value < field.minimum) {
    check.problems.add(path, `must be ${field.minimum} or more, not ${value}`);
  }
  if (Array.isArray(value) && field.minItems !== undefined && value.length < field.minItems) {
    check.problems.add(path, `must have at least ${field.minItems} item${field.minItems === 1 ? '' : 's'}`);
  }
  checkShapes(value, field.shapes, path, check);
}

function checkList(value: readonly Json[], shapes: readonly Shape[], path: string, check: Check): void {
  if (shapes.includes('list')) return;
  const lists = shapes.filter((shape) => typeof shape === 'object' && 'listOf' in shape);
  // Of several kinds of lists the one that all items look like; the first is as good as any to complain about.
  const items = (lists.find((shape) => value.every((item) => shape.listOf.some((one) => fits(item, one)))) ?? lists[0])
    ?.listOf;
  if (!items) return check.problems.add(path, complaint(value, shapes));
  for (const [index, item] of value.entries()) checkShapes(item, items, `${path}[${index}]`, check);
}

/** Whether a value looks like a shape, without a look at what is within it. */
function fits(value: Json | undefined, shape: Shape): boolean {
  if (typeof shape === 'string') return PLAIN_SHAPES[shape](value);
  if ('oneOf' in shape) return typeof value === 'string' && shape.oneOf.includes(value);
  return 'listOf' in shape ? Array.isArray(value) : isJsonObject(value);
}

const PLAIN_SHAPES: Readonly<Record<Extract<Shape, string>, (value: Json | undefined) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  object: isJsonObject,
  list: (value) => Array.isArray(value),
  null: (value) => value === null,
};
