import { expect, test } from 'vitest';
import { yamlScalar } from './yaml-scalar.ts';

test.each([
  ['', null],
  ['~', null],
  ['yes', true],
  ['Off', false],
  ['y', 'y'],
  ['12', 12],
  ['-1_000', -1000],
  ['012', 10],
  ['0o12', '0o12'],
  ['08', '08'],
  ['0x1F', 31],
  ['-0b101', -5],
  ['1.5', 1.5],
  ['1.', 1],
  ['.5', 0.5],
  ['1e3', '1e3'],
  ['1.0e+3', 1000],
  ['1:30', 90],
  ['01:30', '01:30'],
  ['1:30.5', 90.5],
  ['.inf', '.inf'],
  ['.nan', '.nan'],
  ['2024-01-01', '2024-01-01'],
  ['+49', 49],
  ['-', '-'],
  ['7.0.0', '7.0.0'],
  ['nullable', 'nullable'],
])('understands an unquoted %j as PyYAML does', (text, value) => {
  expect(yamlScalar(text)).toStrictEqual(value);
});
