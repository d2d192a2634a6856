import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test('finds the word that differs least, whatever the case', () => {
  const words = ['RecordSelector', 'RecordFilter', 'GET', 'POST'];
  expect(nearest('RecordSelectr', words)).toBe('RecordSelector');
  expect(nearest('recordfiltr', words)).toBe('RecordFilter');
  expect(nearest('get', words)).toBe('GET');
});

test('finds nothing when nothing is near', () => {
  expect(nearest('Banana', ['RecordSelector', 'GET'])).toBeUndefined();
  expect(nearest('', ['GET'])).toBeUndefined();
});
