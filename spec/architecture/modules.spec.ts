import { checkCircles, checkLengths, checkNames, maxLines } from './check-modules.js';
import { readSourceFiles, type SourceFile } from './source-files.js';

/** Files with the given texts, by path. */
function filesOf(texts: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

describe('the length of files', () => {
  it('stays within the maximum in src', () => {
    expect(checkLengths(readSourceFiles())).toEqual([]);
  });

  it('may be equal to the maximum', () => {
    expect(checkLengths(filesOf({ 'chunks/a.ts': 'a;\n'.repeat(maxLines) }))).toEqual([]);
  });

  it.each([
    ['one line more than the maximum', 'a;\n'.repeat(maxLines + 1)],
    ['one line more without a final line break', `${'a;\n'.repeat(maxLines)}a;`],
    ['empty lines', '\n'.repeat(maxLines + 1)],
  ])('is reported for %s', (_, text) => {
    expect(checkLengths(filesOf({ 'chunks/a.ts': text }))).toEqual(['chunks/a.ts has 251 lines; the maximum is 250']);
  });
});

describe('exported names', () => {
  it('are each declared in one file of src', () => {
    expect(checkNames(readSourceFiles())).toEqual([]);
  });

  it.each([
    ['a function', 'export function a(): void {}'],
    ['a constant', 'export const b = 1, a = 1;'],
    ['a class', 'export abstract class a {}'],
    ['an interface', 'export interface a {}'],
    ['a type', 'export type a = string;'],
  ])('are reported for %s with the name of a constant in another file', (_, text) => {
    expect(checkNames(filesOf({ 'views/a.ts': text, 'chunks/a.ts': 'export const a = 1;' }))).toEqual([
      'a is declared in chunks/a.ts, views/a.ts',
    ]);
  });

  it.each([
    ['a schema and its type in one file', { 'a.ts': 'export const a = 1; export type a = typeof a;' }],
    ['overloads', { 'a.ts': 'export function a(): void; export function a(b?: 1): void {}' }],
    ['names that differ in case', { 'a.ts': 'export const usage = 1;', 'b.ts': 'export interface Usage {}' }],
    ['re-exports', { 'a.ts': 'export const a = 1;', 'b.ts': "export { a } from './a.js';" }],
    ['what is not exported', { 'a.ts': 'export const a = 1;', 'b.ts': 'const a = 1;' }],
  ])('are accepted for %s', (_, texts: Readonly<Record<string, string>>) => {
    expect(checkNames(filesOf(texts))).toEqual([]);
  });
});

describe('import circles', () => {
  it('do not exist in src', () => {
    expect(checkCircles(readSourceFiles())).toEqual([]);
  });

  it.each([
    ['imports', "import { b } from './b.js';"],
    ['type imports', "import type { B } from './b.js';"],
    ['import types', "export type A = import('./b.js').B;"],
    ['re-exports', "export { b } from './b.js';"],
    ['dynamic imports', "void import('./b.js');"],
  ])('are reported for %s', (_, text) => {
    const files = filesOf({ 'chunks/a.ts': text, 'chunks/b.ts': "import { a } from './a.js';" });

    expect(checkCircles(files)).toEqual(['chunks/a.ts → chunks/b.ts → chunks/a.ts']);
  });

  it('are reported across folders, once each, without the files that only lead to them', () => {
    const files = filesOf({
      'a/start.ts': "import '../b/one.js';",
      'b/one.ts': "import '../c/two.js';",
      'c/two.ts': "import './three.js';",
      'c/three.ts': "import '../b/one.js'; import '../d/end.js';",
      'd/end.ts': "import 'rxjs';",
      'd/self.ts': "import './self.js';",
    });

    expect(checkCircles(files)).toEqual(['b/one.ts → c/two.ts → c/three.ts → b/one.ts', 'd/self.ts → d/self.ts']);
  });

  it('are not reported where two files import a third', () => {
    const files = filesOf({ 'a.ts': "import './b.js'; import './c.js';", 'b.ts': "import './c.js';", 'c.ts': '' });

    expect(checkCircles(files)).toEqual([]);
  });
});
