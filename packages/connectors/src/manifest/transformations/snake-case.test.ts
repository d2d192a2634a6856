import { expect, it } from 'vitest';
import { snakeCase } from './snake-case.ts';

it.each([
  ['CamelCase', 'camel_case'],
  ['already_snake', 'already_snake'],
  ['HTTPServer', 'httpserver'],
  ['MyID', 'my_id'],
  ['Ünïcode Ключ', 'unicode_'],
  ['straße', 'strasse'],
  ['123Number', '_123_number'],
  ['Number123', 'number_123'],
  ['a - b', 'a_b'],
  ['!lead and trail?', '_lead_and_trail_'],
])('writes %s as %s', (key, snake) => {
  expect(snakeCase(key)).toBe(snake);
});
