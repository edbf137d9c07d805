import { printable } from '../../src/cli/printable.js';

it.each([
  ['words, line feeds and tabs', 'Grüße, 世界 😀\n\tend', 'Grüße, 世界 😀\n\tend'],
  ['a colour', '\u001b[31mred', '[31mred'],
  ["a terminal's title", '\u001b]0;title\u0007', ']0;title'],
  ['a sequence in one character', '\u009b2J', '2J'],
  ['what would be written over', 'real\rfake\b\u007f', 'realfake'],
])('gives %s', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});
