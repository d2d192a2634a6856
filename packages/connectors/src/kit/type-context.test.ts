import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineConnectionType } from './connection-type.ts';
import type { JsonObject } from './json.ts';
import { startTrial } from './testing-type-trial.ts';
import { flag, port, requiredText, secretText } from './type-fields.ts';

const type = defineConnectionType({
  id: 'sample',
  title: 'Sample',
  description: 'A sample.',
  fields: z.object({
    host: requiredText({ title: 'Host' }),
    port: port({ title: 'Port', default: 25 }),
    auth: flag({ title: 'Log in', default: false }),
    password: secretText({ title: 'Password' }),
  }),
  conditions: ({ auth, password }) =>
    auth && password === null ? [{ path: ['password'], message: 'Password is required when auth is on.' }] : [],
  notifies: false,
  test: () => Promise.resolve({ message: 'fine' }),
  open: () => Promise.resolve({ close: () => Promise.resolve() }),
});

const settingsOf = (settings: JsonObject, variables: Record<string, string> = {}): unknown =>
  startTrial(type, settings, { variables }).ctx.settings;

describe('the settings of one use', () => {
  test('have their placeholders filled in and their defaults set', () => {
    const settings = settingsOf({ host: '${name}.example.test', port: '${p}' }, { name: 'mail', p: '587' });
    expect(settings).toEqual({ host: 'mail.example.test', port: 587, auth: false, password: null });
  });

  test('are refused when variables are missing, each named once', () => {
    const given = { host: '${a}${b}', password: '${a}' };
    expect(() => settingsOf(given, { b: 'x' })).toThrow(
      expect.objectContaining({
        reason: 'configuration',
        message: 'The environment has no variable for ${a}; define it there or in the project.',
      }) as Error,
    );
  });

  test('are refused when what variables bring does not fit, without saying what they brought', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^canary\w{1,9}$/), (value) => {
        let words = '';
        try {
          settingsOf({ host: 'x', port: '${p}' }, { p: value });
        } catch (error) {
          words = (error as Error).message;
        }
        expect(words).toBe('port: Port: give a whole number from 1 to 65535.');
      }),
    );
  });

  test('take no number or switch out of a variable that holds a placeholder itself, and any text', () => {
    const variables = { x: '${host}', host: 'y' };
    expect(() => settingsOf({ host: 'h', port: '${x}' }, variables)).toThrow(/Port: give a whole number/);
    expect(() => settingsOf({ host: 'h', auth: '${x}' }, variables)).toThrow(/Log in: give true or false/);
    expect(settingsOf({ host: '${x}' }, variables)).toMatchObject({ host: '${host}' });
  });

  test('meet the conditions again once they are filled in', () => {
    expect(() => settingsOf({ host: 'h', auth: '${on}' }, { on: 'true' })).toThrow(/Password is required when auth/);
    expect(settingsOf({ host: 'h', auth: '${on}' }, { on: 'false' })).toMatchObject({ auth: false });
  });
});
