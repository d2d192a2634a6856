import { expect, test } from 'vitest';
import type { Component } from '../manifest/model/component.ts';
import type { MutableRecord, RecordPlace } from '../manifest/model/records.ts';
import { htmlTextTransformation } from './html-text-transformation.ts';

function transformed(fields: Readonly<Record<string, unknown>>, record: MutableRecord): MutableRecord {
  const definition = { type: 'CustomTransformation', ...fields } as Component;
  htmlTextTransformation(definition).transform(record, {} as RecordPlace);
  return record;
}

test('puts the words of the HTML at a path into a field', () => {
  expect(transformed({ from: ['body', 'content'] }, { body: { content: '<p>Hi <b>Ada</b></p>' } })['text']).toBe(
    'Hi Ada',
  );
  expect(transformed({ from: ['body', 'content'], to: 'words' }, { body: null })['words']).toBe('');
});

test('gathers all members of a name below the path', () => {
  const layout = {
    sections: [{ parts: [{ id: 'x', innerHtml: '<h2>Rules</h2>' }, { innerHtml: '<p>No smoking</p>' }] }],
  };
  expect(transformed({ from: ['layout'], only: 'innerHtml' }, { layout })['text']).toBe('Rules\nNo smoking');
});
