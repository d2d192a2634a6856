import { expect, test } from 'vitest';
import { duration, ProgressBar } from './progress-bar.ts';
import { testTerminal } from './testing-terminal.ts';

test('prints a line every two seconds where nobody looks', () => {
  const terminal = testTerminal();
  let now = 0;
  const bar = new ProgressBar({ terminal, label: 'docs', now: () => now });
  for (const done of [1, 500, 900, 1_000]) {
    bar.update({ done, total: 1_000 });
    now += 1_000;
  }
  expect(bar.finish('done')).toBe(4_000);
  expect(terminal.written.out).toBe(
    'docs  ░░░░░░░░░░░░░░░░░░░░░░░░  1 of 1,000 records  0 ms\n' +
      'docs  ██████████████████████░░  900 of 1,000 records  450/s  2.0 s\ndone\n',
  );
});

test('rewrites one line where someone looks, never wider than the terminal, and takes it away at the end', () => {
  const terminal = testTerminal({ interactive: true, columns: 30, env: { NO_COLOR: '1' } });
  const bar = new ProgressBar({ terminal, label: 'a long label for a narrow terminal' });
  bar.update({ done: 12 });
  bar.finish();
  const frames = terminal.written.out.split('\r\u001B[2K').slice(1);
  expect(frames.every((frame) => frame.length < 30 && !frame.includes('\n'))).toBe(true);
  expect(frames.at(-1)).toBe('');
});

test('a bar stays full when more comes than was expected', () => {
  const terminal = testTerminal();
  new ProgressBar({ terminal, label: 'x' }).update({ done: 7, total: 5 });
  expect(terminal.written.out).toContain('█'.repeat(24));
});

test('writes times as people say them', () => {
  expect([840, 3_240, 125_000].map(duration)).toEqual(['840 ms', '3.2 s', '2 min 05 s']);
});
