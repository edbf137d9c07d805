import { checkComments } from './check-comments.js';
import { readSourceFiles } from './source-files.js';

it('every export of src has a doc comment', () => {
  expect(readSourceFiles().flatMap(checkComments)).toEqual([]);
});

describe('the check', () => {
  it.each([
    ['a function', 'export function a(): void {}'],
    ['a constant', 'export const a = 1;'],
    ['an interface', 'export interface a {}'],
    ['a type', 'export type a = string;'],
    ['a class', 'export abstract class a {}'],
    ['a comment that is no doc comment', '// A.\nexport const a = 1;'],
    [
      'the interface of a schema that is not documented',
      'const b = 1; export interface a extends z.infer<typeof b> {}',
    ],
  ])('reports %s', (_, text) => {
    expect(checkComments({ path: 'chunks/a.ts', text })).toEqual(['chunks/a.ts: a has no doc comment']);
  });

  it.each([
    ['a doc comment', '/** A. */\nexport const a = 1;'],
    ['what is not exported', 'const a = 1;'],
    ['a re-export', "export { a } from './a.js';"],
    [
      'overloads of which one is documented',
      '/** A. */\nexport function a(): void;\nexport function a(b?: 1): void {}',
    ],
    ['a documented schema', '/** B. */\nexport const b = 1;\nexport interface a extends z.infer<typeof b> {}'],
  ])('accepts %s', (_, text) => {
    expect(checkComments({ path: 'chunks/a.ts', text })).toEqual([]);
  });
});
