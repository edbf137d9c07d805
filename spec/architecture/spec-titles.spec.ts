import { checkSpecTitles } from './check-spec-titles.js';
import { readSpecFiles } from './source-files.js';

describe('spec files', () => {
  it('have a describe around every test', () => {
    expect(readSpecFiles().flatMap(checkSpecTitles)).toEqual([]);
  });

  it.each([
    ['a describe', "describe('toText', () => { it('joins', () => {}); });"],
    ['a table of describes', "describe.each([1])('toText %d', () => { it('joins', () => {}); });"],
    ['hooks before the describe', "afterEach(closeServers); describe('toText', () => {});"],
    ['describes in a loop', "for (const name of names) { describe(name, () => { it('joins', () => {}); }); }"],
    ['tests of a helper', "function describeAll() { it('joins', () => {}); } describe('toText', describeAll);"],
  ])('may have %s', (_, text) => {
    expect(checkSpecTitles({ path: 'spec/a.spec.ts', text })).toEqual([]);
  });

  it.each([
    ['a test', "it('joins', () => {});"],
    ['a table of tests', "it.each([1])('joins %d', () => {});"],
    ['a test named "test"', "test('joins', () => {});"],
    ['a tagged table', 'it.each`a\n${1}`("joins", () => {});'],
    ['a later test', "describe('toText', () => {}); it('joins', () => {});"],
    ['a test in a loop', 'for (const name of names) { it(name, () => {}); }'],
  ])('are reported for %s outside describe', (_, text) => {
    expect(checkSpecTitles({ path: 'spec/a.spec.ts', text })).toEqual(['spec/a.spec.ts: has a test outside describe']);
  });

  it('are reported if they call only helpers', () => {
    expect(checkSpecTitles({ path: 'spec/a.spec.ts', text: 'describeFaults([]);' })).toEqual([
      'spec/a.spec.ts: has no describe',
    ]);
  });
});
