import { expect, it } from 'vitest';
import { entityTag, versionOf } from './entity-tag.ts';

it('reads back the tag that it gave, also after a proxy has weakened it', () => {
  expect(versionOf(entityTag(7))).toBe(7);
  expect(versionOf(`W/${entityTag(7)}`)).toBe(7);
});

it('asks for no version without the header, or with a star', () => {
  expect(versionOf(undefined)).toBeUndefined();
  expect(versionOf('')).toBeUndefined();
  expect(versionOf('*')).toBeUndefined();
});

it('gives a version that never exists for a tag that it never gave', () => {
  expect(versionOf('"abc"')).toBe(-1);
});

it('refuses what is not one tag', () => {
  expect(() => versionOf('7')).toThrow('one entity tag');
  expect(() => versionOf('"1", "2"')).toThrow('one entity tag');
});
