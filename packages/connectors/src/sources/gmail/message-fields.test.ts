import { expect, test } from 'vitest';
import type { Json } from '../../kit/json.ts';
import type { MutableRecord, RecordPlace } from '../../manifest/model/records.ts';
import { messageFields } from './message-fields.ts';

const base64url = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  Buffer.from(text, encoding).toString('base64url');

const part = (mimeType: string, data: string, contentType = mimeType): Json => ({
  mimeType,
  filename: '',
  headers: [{ name: 'Content-Type', value: contentType }],
  body: { data },
});

function read(payload: Json): MutableRecord {
  const record: MutableRecord = { id: 'm', payload };
  messageFields().transform(record, {} as RecordPlace);
  return record;
}

test('prefers the plain text of a message, and names its attachments', () => {
  const record = read({
    mimeType: 'multipart/mixed',
    headers: [{ name: 'subject', value: 'Seal ring' }],
    parts: [
      {
        mimeType: 'multipart/alternative',
        parts: [part('text/plain', base64url('Grüße 👋')), part('text/html', base64url('<b>no</b>'))],
      },
      { mimeType: 'application/pdf', filename: 'ring.pdf', body: { attachmentId: 'a', size: 12 } },
    ],
  });
  expect(record).toEqual({
    id: 'm',
    subject: 'Seal ring',
    from: null,
    to: null,
    cc: null,
    date: null,
    message_id: null,
    text: 'Grüße 👋',
    attachments: [{ filename: 'ring.pdf', mimeType: 'application/pdf', size: 12 }],
  });
});

test('reads the words of HTML where there is nothing else', () => {
  expect(read(part('text/html', base64url('<style>a{}</style><p>Hello</p>')))['text']).toBe('Hello');
});

test('reads bytes that are no UTF-8 in the charset of their part, else as Latin-1', () => {
  const bytes = base64url('Müller', 'latin1');
  expect(read(part('text/plain', bytes, 'text/plain; charset="iso-8859-1"'))['text']).toBe('Müller');
  expect(read(part('text/plain', bytes, 'text/plain; charset=x-unknown'))['text']).toBe('Müller');
});

test('takes a message without parts, or with nonsense in their place, for one without text', () => {
  for (const payload of [null, { parts: 'none' }, { mimeType: 'text/plain', body: {} }])
    expect(read(payload)['text']).toBe('');
});
