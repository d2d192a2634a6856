import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readFieldValues } from './field-values.ts';

const group = {
  option: '--config',
  source: 'demo',
  fields: [
    { name: 'text', title: 'Text', type: 'string' },
    { name: 'count', title: 'Count', type: 'number' },
    { name: 'on', title: 'On', type: 'boolean' },
    { name: 'items', title: 'Items', type: 'array' },
    { name: 'more', title: 'More', type: 'object' },
  ],
};

test('reads every type, with = and @ allowed inside a value', () => {
  const args = ['text=a=b@c', 'count=4.5', 'on=true', 'items=[1,2]', 'items=three', 'more={"x":null}'];
  expect(readFieldValues(group, args)).toEqual({
    text: 'a=b@c',
    count: 4.5,
    on: true,
    items: [1, 2, 'three'],
    more: { x: null },
  });
});

test('reads a value from a file, without the last line break', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), 'p@ss\n');
  expect(readFieldValues(group, [`text=@${join(folder, 'secret')}`])).toEqual({ text: 'p@ss' });
});

test.each([
  ['text', 'write it as name=value'],
  ['count=many', '--config count must be a number.'],
  ['count=', '--config count must be a number.'],
  ['on=yes', '--config on must be true or false.'],
  ['items=[1', '--config items must be a JSON array'],
  ['more=x', '--config more must be a JSON object.'],
  ['text=@/no/such/file', '/no/such/file cannot be read'],
])('refuses %s and says what would be right', (argument, message) => {
  expect(() => readFieldValues(group, [argument])).toThrow(message);
});

test('refuses a second value for a field that takes one', () => {
  expect(() => readFieldValues(group, ['text=a', 'text=b'])).toThrow('--config text is given twice');
});
