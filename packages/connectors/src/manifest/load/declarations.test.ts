import { expect, test } from 'vitest';
import type { Fields, Shape } from './declaration.ts';
import { DECLARATIONS, FAMILIES } from './declarations.ts';

const componentsOf = (shapes: readonly Shape[]): readonly string[] =>
  shapes.flatMap((shape) => {
    if (typeof shape === 'string' || 'oneOf' in shape) return [];
    if ('component' in shape) return shape.component;
    if ('object' in shape) return componentsIn(shape.object);
    return componentsOf('listOf' in shape ? shape.listOf : shape.mapOf);
  });

const componentsIn = (fields: Fields): readonly string[] =>
  Object.values(fields).flatMap(({ shapes, defaultType, customType }) => [
    ...componentsOf(shapes),
    ...[defaultType, customType].filter((name) => name !== undefined),
  ]);

test('every component is declared once and described in a sentence', () => {
  const all = Object.values(FAMILIES).flat();
  expect(DECLARATIONS.size).toBe(all.length);
  for (const { name, about } of all) expect(about, name).toMatch(/^[A-Z].*\.$/);
});

test('fields name components that are declared, and new fields for old ones', () => {
  for (const { name, fields, deprecated } of DECLARATIONS.values()) {
    for (const component of componentsIn(fields))
      expect(DECLARATIONS.has(component), `${component} in ${name}`).toBe(true);
    for (const { deprecated: instead } of Object.values(fields)) if (instead) expect(fields).toHaveProperty(instead);
    if (deprecated) expect(DECLARATIONS.has(deprecated)).toBe(true);
  }
});

test('every component stands somewhere', () => {
  const used = new Set([...DECLARATIONS.values()].flatMap(({ fields }) => componentsIn(fields)));
  const unused = [...DECLARATIONS.keys()].filter((name) => !used.has(name));
  expect(unused).toEqual(['DeclarativeSource']);
});
