import { describe, expect, test } from 'vitest';
import { chooseMailboxes } from './mailboxes.ts';

const listed = [
  { path: 'INBOX', flags: new Set<string>() },
  { path: 'Work', flags: new Set(['\\Noselect']) },
  { path: 'Work/A.B', flags: new Set<string>() },
  { path: 'Work/AxB', flags: new Set<string>() },
  { path: 'Sent', flags: new Set<string>(), specialUse: '\\Sent' },
  { path: 'Bin', flags: new Set<string>(), specialUse: '\\Trash' },
  { path: 'Spam', flags: new Set<string>(), specialUse: '\\Junk' },
  { path: 'Drafts', flags: new Set<string>(), specialUse: '\\Drafts' },
  { path: 'Starred', flags: new Set<string>(), specialUse: '\\Flagged' },
  { path: 'All Mail', flags: new Set<string>(), specialUse: '\\All' },
];
const chosen = (include: readonly string[], exclude: readonly string[] = [], isGmail = false) =>
  chooseMailboxes(listed, { include_mailboxes: [...include], exclude_mailboxes: [...exclude] }, isGmail).map(
    ({ path }) => path,
  );

describe('the mailboxes that are read', () => {
  test('are all but trash, junk, drafts and views of others', () => {
    expect(chosen([])).toEqual(['INBOX', 'Sent', 'Work/A.B', 'Work/AxB']);
    expect(chosen([], ['Work/*'])).toEqual(['INBOX', 'Sent']);
  });

  test('are the named ones, whatever they are for', () => {
    expect(chosen(['inbox', 'Bin', 'Work/A.B'])).toEqual(['Bin', 'INBOX', 'Work/A.B']);
    expect(chosen(['Work*'], ['*.B'])).toEqual(['Work/AxB']);
  });

  test('are on Gmail the one that holds all', () => {
    expect(chosen([], [], true)).toEqual(['All Mail']);
    expect(chosen(['INBOX'], [], true)).toEqual(['INBOX']);
  });
});
