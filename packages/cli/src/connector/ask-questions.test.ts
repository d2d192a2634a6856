import { expect, test } from 'vitest';
import { testTerminal } from '../testing-terminal.ts';
import { askQuestions } from './ask-questions.ts';
import type { ManifestAnswers } from './manifest-answers.ts';
import { QUESTIONS } from './manifest-questions.ts';

const ask = (answers: readonly string[] | undefined, given: ManifestAnswers = {}, quiet = false) => {
  const terminal = testTerminal(answers && { answers });
  return { terminal, answered: askQuestions(terminal, QUESTIONS, { given, quiet }) };
};

const needed = { name: 'crm', 'base-url': 'https://api.test/v1', stream: 'contacts' } as const;

test('a person is asked with the usual answer in brackets, and only what applies', async () => {
  const { terminal, answered } = ask([
    'crm',
    '',
    'https://api.test/v1',
    'none',
    'contacts',
    '',
    '.',
    '',
    'link',
    '',
    '',
    '',
  ]);
  expect(await answered).toEqual({
    name: 'crm',
    title: 'Crm',
    'base-url': 'https://api.test/v1',
    auth: 'none',
    stream: 'contacts',
    path: '/contacts',
    records: '.',
    'primary-key': 'id',
    paging: 'link',
    next: 'header',
    'size-param': 'none',
    incremental: 'none',
  });
  expect(terminal.written.err).toContain('Title for people [Crm]: ');
  expect(terminal.written.err).toContain('(none, page, offset, cursor, link) [none]: ');
  expect(terminal.written.err).not.toContain('token endpoint');
});

test('a bad answer is asked for again, with the reason', async () => {
  const { terminal, answered } = ask(['My CRM', '', 'crm', '', 'api.test', 'https://api.test', 'magic'], {
    stream: 'x',
  });
  expect(await answered).toMatchObject({ name: 'crm', 'base-url': 'https://api.test', auth: 'bearer' });
  expect(terminal.written.err).toContain('small letters');
  expect(terminal.written.err).toContain('An answer is needed');
  expect(terminal.written.err).toContain('Write an address, like https://');
  expect(terminal.written.err).toContain('It is one of none, api-key-header');
});

test('without a person, flags and usual answers are enough, and a missing flag is named', async () => {
  expect(await ask(undefined, needed).answered).toMatchObject({ auth: 'bearer', paging: 'none', path: '/contacts' });
  expect(await ask(['never read'], needed, true).answered).toMatchObject({ name: 'crm', records: 'data' });
  await expect(ask(undefined, { name: 'crm' }).answered).rejects.toThrow('--base-url');
});

test('a bad flag, and one that does not go with the others, are refused', async () => {
  await expect(ask(undefined, { ...needed, paging: 'magic' }).answered).rejects.toThrow('--paging magic: It is one of');
  await expect(ask(undefined, { ...needed, 'page-size': '5' }).answered).rejects.toThrow('--page-size does not go');
});
