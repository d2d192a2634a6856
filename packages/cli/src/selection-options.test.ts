import { expect, test } from 'vitest';
import { changedSelection } from './selection-options.ts';

const streams = ['public.customer', 'public.customer.old', 'notes'];

test('reads a field by the longest name of a stream that it begins with', () => {
  const drop = ['public.customer.email', 'public.customer.old.email', '*.card.number', 'other:a.b', 'notes.body'];
  expect(changedSelection({}, { drop }, streams).fields).toEqual([
    { stream: 'public.customer', path: 'email', action: 'drop' },
    { stream: 'public.customer.old', path: 'email', action: 'drop' },
    { stream: '*', path: 'card.number', action: 'drop' },
    { stream: 'other', path: 'a.b', action: 'drop' },
    { stream: 'notes', path: 'body', action: 'drop' },
  ]);
});

test('replaces lists of streams, and the rule of the same field, and keeps the rest', () => {
  const before = {
    streams: { include: ['*'], exclude: ['notes'] },
    fields: [
      { stream: '*', path: 'email', action: 'drop' },
      { stream: '*', path: 'phone', action: 'drop' },
      { stream: '*', path: 'card', action: 'drop' },
    ],
    newStreams: 'hold',
  } as const;
  expect(changedSelection(before, { exclude: ['log_*'], mask: ['*.card=2'], plain: ['*.phone'] }, [])).toEqual({
    streams: { include: ['*'], exclude: ['log_*'] },
    fields: [
      { stream: '*', path: 'email', action: 'drop' },
      { stream: '*', path: 'card', action: 'mask', keep: 2 },
    ],
    newStreams: 'hold',
  });
});

test.each(['email', '.email', 'notes.', ''])('refuses %j, which names no field of a stream', (text) => {
  expect(() => changedSelection({}, { hash: [text] }, streams)).toThrow('stream.field');
});
