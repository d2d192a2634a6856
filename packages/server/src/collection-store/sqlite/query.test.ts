import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchExpression } from './query.ts';

describe('matchExpression', () => {
  it('asks for any of the words, each once and quoted', () => {
    expect(matchExpression('Zebra zebra, okapi-tapir')).toBe('"zebra" OR "okapi" OR "tapir"');
  });

  it('leaves stop words out unless there is nothing else', () => {
    expect(matchExpression('what is the zebra')).toBe('"zebra"');
    expect(matchExpression('To be or not to be')).toBe('"to" OR "be" OR "or" OR "not"');
    expect(matchExpression(' \0"?! ')).toBeUndefined();
  });

  it('keeps marks with their letters, and takes at most 64 words', () => {
    expect(matchExpression('cafe\u0301')).toBe('"cafe\u0301"');
    const many = matchExpression(Array.from({ length: 500 }, (_, index) => `w${index}`).join(' '));
    expect(many?.split(' OR ')).toHaveLength(64);
  });

  it('is understood by FTS5 for any input', () => {
    const db = new Database(':memory:');
    db.exec("CREATE VIRTUAL TABLE t USING fts5(title, text, tokenize='porter unicode61')");
    db.exec("INSERT INTO t VALUES ('a', 'zebra')");
    const find = db.prepare<[string], number>('SELECT rowid FROM t WHERE t MATCH ?').pluck();
    const syntax = fc.constantFrom(
      '"',
      "'",
      'AND',
      'OR',
      'NOT',
      'NEAR(a b, 2)',
      '(',
      ')',
      '*',
      '^',
      ':',
      '-',
      '+',
      '{',
      '\0',
      '\ud800',
      'title',
    );
    const any = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(syntax).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(any, (text) => {
        const match = matchExpression(`${text} zebra`);
        expect(find.all(match!)).toEqual([1]);
        const alone = matchExpression(text);
        if (alone !== undefined) find.all(alone);
      }),
      { numRuns: 500 },
    );
    db.close();
  });
});
