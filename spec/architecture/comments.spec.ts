import { checkComments } from './check-comments.js';
import { readSourceFiles } from './source-files.js';

describe('doc comments', () => {
  it('are present on every export of src', () => {
    expect(readSourceFiles().flatMap(checkComments)).toEqual([]);
  });

  it.each([
    ['a function', 'export function a(): void {}'],
    ['a constant', 'export const a = 1;'],
    ['an interface', 'export interface a {}'],
    ['a type', 'export type a = string;'],
    ['a class', 'export abstract class a {}'],
    ['a comment that is not a doc comment', '// A.\nexport const a = 1;'],
    ['the interface of an undocumented schema', 'const b = 1; export interface a extends z.infer<typeof b> {}'],
  ])('are reported as missing for %s', (_, text) => {
    expect(checkComments({ path: 'chunks/a.ts', text })).toEqual(['chunks/a.ts: a has no doc comment']);
  });

  it.each([
    ['a documented constant', '/** A. */\nexport const a = 1;'],
    ['a constant that is not exported', 'const a = 1;'],
    ['a re-export', "export { a } from './a.js';"],
    ['overloads with one doc comment', '/** A. */\nexport function a(): void;\nexport function a(b?: 1): void {}'],
    [
      'the interface of a documented schema',
      '/** B. */\nexport const b = 1;\nexport interface a extends z.infer<typeof b> {}',
    ],
  ])('are not reported for %s', (_, text) => {
    expect(checkComments({ path: 'chunks/a.ts', text })).toEqual([]);
  });
});
