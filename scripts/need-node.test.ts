import { expect, test } from 'vitest';
import { nodeAdvice } from './need-node.mjs';

test('a Node that runs TypeScript needs no advice', () => {
  expect(nodeAdvice('22.18.0', 'linux')).toBeUndefined();
  expect(nodeAdvice('24.21.0', 'darwin')).toBeUndefined();
});

test('an older Node is told what to install, by platform', () => {
  expect(nodeAdvice('20.20.2', 'darwin')).toMatch(/macOS.*brew install node@24/);
  expect(nodeAdvice('22.17.9', 'linux')).toMatch(/needs Node 22\.18 or newer.*omit=optional/);
});
