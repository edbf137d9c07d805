import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkComments } from './check-comments.js';
import { nestedRepetitions } from './check-expressions.js';
import { checkFloors } from './check-floors.js';
import { checkMarbles, checkReadme, operatorsOf } from './check-marbles.js';
import { checkCircles, checkLengths, checkNames, maxLines } from './check-modules.js';
import { checkSpecTitles } from './check-spec-titles.js';
import { readSourceFiles, readSpecFiles, root, type SourceFile } from './source-files.js';

describe('the floors of src', () => {
  it('are kept', () => {
    expect(checkFloors(readSourceFiles())).toEqual([]);
  });

  it.each([
    ['an import of a lower floor', 'operators/a.ts', "import { a } from '../formats/a.js';"],
    ['an import inside a folder', 'chunks/a.ts', "import { b } from './b.js';"],
    ['a type of the stage before', 'chunks/a.ts', "import type { A } from '../sse/a.js';"],
    ['inline types of the stage before', 'sse/a.ts', "import { type A } from '../transport/a.js';"],
    ['an entry in the command line', 'cli/a.ts', "import { a } from '../index.node.js'; import '../local/index.js';"],
    ['the index of an entry', 'local/index.ts', "export { a } from './a.js';"],
    ['the whole web entry in the Node entry', 'index.node.ts', "export * from './index.js';"],
    ['the whole web entry in the entry over fetch', 'index.fetch.ts', "export * from './index.js';"],
    [
      'Node and undici in the transports',
      'transport/a.ts',
      "import { a } from 'node:zlib'; import { b } from 'undici';",
    ],
    [
      'private modules of undici in one file',
      'transport/undici/node-agent.ts',
      "import a from 'undici/lib/dispatcher/agent.js';",
    ],
    ['rxjs and zod', 'schemas/a.ts', "import { of } from 'rxjs'; import * as z from 'zod/mini';"],
  ])('allow %s', (_, path, text) => {
    expect(checkFloors([{ path, text }])).toEqual([]);
  });

  it.each([
    ['an import of a higher floor', 'errors/a.ts', "import { a } from '../client/a.js';", 'client on floor 4'],
    ['a folder of the same floor', 'errors/a.ts', "import { a } from '../schemas/a.js';", 'schemas on floor 1'],
    ['another sub-entry', 'server/a.ts', "import type { A } from '../node/index.js';", 'node on floor 8'],
    ['a value of the stage before', 'chunks/a.ts', "import { a, type B } from '../sse/a.js';", 'sse on floor 2'],
    ['a type of a later stage', 'sse/a.ts', "import type { A } from '../chunks/a.js';", 'chunks on floor 2'],
    ['a re-export', 'errors/a.ts', "export { a } from '../client/a.js';", 'client on floor 4'],
    ['a dynamic import', 'errors/a.ts', "void import('../client/a.js');", 'client on floor 4'],
    ['a require', 'errors/a.ts', "require('../client/a.js');", 'client on floor 4'],
    ['an import type', 'errors/a.ts', "type A = import('../client/a.js').A;", 'client on floor 4'],
    [
      'importing more than entries in the command line',
      'cli/a.ts',
      "import { a } from '../client/a.js';",
      'entries only',
    ],
    [
      'an event stream in an operator',
      'operators/a.ts',
      "import type { A } from '../sse/a.js';",
      'must not import sse',
    ],
    ['a wire format in an operator', 'operators/a.ts', "import { a } from '../chunks/a.js';", 'must not import chunks'],
    ['an unknown folder', 'helpers/a.ts', '', 'helpers has no floor'],
    ['a file outside the folders', 'helpers.ts', '', 'helpers.ts has no floor'],
    ['an import of an unknown folder', 'cli/a.ts', "import { a } from '../helpers/a.js';", 'helpers has no floor'],
    ['an import from outside src', 'cli/a.ts', "import { a } from '../../spec/a.js';", 'stay in src'],
    ['a missing extension', 'chunks/a.ts', "import { b } from './b';", 'end in .js'],
    ['node outside the transports', 'client/a.ts', "import { a } from 'node:fs';", 'allowed only in transport'],
    ['undici outside the transports', 'index.ts', "import { a } from 'undici';", 'allowed only in transport'],
    [
      'private modules of undici in a second file',
      'transport/a.ts',
      "import a from 'undici/lib/dispatcher/agent.js';",
      'allowed only in transport/undici/node-agent.ts',
    ],
    ['deep imports of rxjs', 'client/a.ts', "import { map } from 'rxjs/operators';", 'does not depend'],
    ['other forms of zod', 'client/a.ts', "import * as z from 'zod';", 'does not depend'],
    ['a Node module without node:', 'transport/a.ts', "import { a } from 'fs';", 'does not depend'],
    ['the package itself', 'cli/a.ts', "import { a } from 'rxllm';", 'does not depend'],
    ['a barrel', 'operators/index.ts', '', 'only entries have an index.ts'],
    ['a nested barrel', 'local/answers/index.ts', '', 'only entries have an index.ts'],
    ['exporting a whole module', 'local/index.ts', "export * from './a.js';", 'export by name'],
    ['exporting a namespace', 'local/index.ts', "export * as a from './a.js';", 'export by name'],
    ['a default export', 'chunks/a.ts', 'export default 1;', 'default export'],
    ['a default function', 'chunks/a.ts', 'export default function a() {}', 'default export'],
    ['a renamed default', 'chunks/a.ts', 'const a = 1; export { a as default };', 'default export'],
  ])('forbid %s', (_, path, text, problem) => {
    expect(checkFloors([{ path, text }])).toEqual([expect.stringContaining(problem)]);
  });
});

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

describe('regular expressions', () => {
  it('do not nest unbounded repetitions, except for reviewed ones', () => {
    expect(readSourceFiles().flatMap(nestedRepetitions)).toEqual([
      // The patterns of the user's own schema, which are only compiled here.
      "cli/schema/check-json.ts: new RegExp(text, 'u')",
      // Reads text that tests have recorded; the parts it is built from are not repeated.
      expect.stringMatching(/^testing\/cassettes\/cassette-secrets\.ts: new RegExp/u) as string,
    ]);
  });

  it.each([
    ['/(a+)+/u', 1],
    ['/(?:a*b)*$/u', 1],
    ['/((a{2,})b){3,}/u', 1],
    ['/(?:x(?:a+)?y)+/u', 1],
    ['new RegExp(text)', 1],
    ['/(a)+b*/u', 0],
    ['/[(a+)]+/u', 0],
    ['/\\(a+\\)+/u', 0],
    ['/(?:a{1,3}){0,5}/u', 0],
  ])('in %s are found %d time(s)', (text, count) => {
    expect(nestedRepetitions({ path: 'a.ts', text })).toHaveLength(count);
  });
});

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

const read = (path: string): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') });
const operators = operatorsOf(
  read('src/index.ts'),
  (path) => read(`src/${path}`),
  (path) => (existsSync(join(root, 'spec', path)) ? read(`spec/${path}`) : undefined),
);

describe('documented marbles', () => {
  it.each(operators)('of $name are used by its spec', (operator) => {
    expect(checkMarbles(operator)).toEqual([]);
  });

  it.each(operators)('of $name include those in the README', (operator) => {
    expect(checkReadme(operator, read('README.md').text)).toEqual([]);
  });

  it('are checked for operators only', () => {
    const names = operators.map(({ name }) => name);

    expect(names).toEqual(
      expect.arrayContaining(['textDeltas', 'accumulateText', 'toText', 'decodeEvents', 'fallback']),
    );
    expect(names).not.toContain('createClient');
    expect(names).not.toContain('toAsyncIterable');
  });
});

describe('the check of documented marbles', () => {
  const source = (comment: string): SourceFile => ({
    path: 'operators/skip-all.ts',
    text: `/**\n * Emits nothing.\n *\n${comment} */\nexport function skipAll(): OperatorFunction<string, never> {}`,
  });
  const documented = source(" * ```text\n * values:  a-(b c)-|   a = 'Hel'\n * result:  ------ 5ms |\n * ```\n");
  const spec = (text: string): SourceFile => ({ path: 'spec/operators/skip-all.spec.ts', text });

  it('accepts marbles that the spec uses with any alignment', () => {
    const used = spec("const a = cold('  a-(bc)-|'); const b = '  ------ 5ms |';");

    expect(checkMarbles({ name: 'skipAll', source: documented, spec: used })).toEqual([]);
  });

  it('reports a marble that the spec uses only in part', () => {
    const other = spec("const a = cold('  a-(bc)-|'); const b = '  ------- 5ms |';");

    expect(checkMarbles({ name: 'skipAll', source: documented, spec: other })).toEqual([
      'skipAll: spec/operators/skip-all.spec.ts never uses the documented "------ 5ms |"',
    ]);
  });

  it('reports a comment without a marble diagram', () => {
    expect(checkMarbles({ name: 'skipAll', source: source(''), spec: spec('') })).toEqual([
      expect.stringContaining('has no marble diagram'),
    ]);
  });

  it('reports a line that has another form', () => {
    const unreadable = source(' * ```text\n * a-b-|\n * ```\n');

    expect(checkMarbles({ name: 'skipAll', source: unreadable, spec: spec('') })).toEqual([
      expect.stringContaining('"a-b-|" is not'),
    ]);
  });

  it.each([
    ['the operator', 'operators/skip-all.spec.ts'],
    ['its source file', 'operators/skips.spec.ts'],
  ])('finds the spec that is named after %s', (_, specPath) => {
    const entry: SourceFile = { path: 'index.ts', text: "export { skipAll } from './operators/skips.js';" };

    expect(
      operatorsOf(
        entry,
        () => documented,
        (path) => (path === specPath ? spec('') : undefined),
      ),
    ).toEqual([{ name: 'skipAll', source: documented, spec: spec('') }]);
  });

  it('reports a missing spec', () => {
    expect(checkMarbles({ name: 'skipAll', source: documented, spec: undefined })).toEqual([
      'skipAll: has no spec file',
    ]);
  });

  it('accepts a README with a row and documented marbles', () => {
    const readme = '## Operators\n\n| `skipAll()` | T → T |\n\nskipAll  a-(bc)-|  →  ------5ms|  nothing\n';

    expect(checkReadme({ name: 'skipAll', source: documented, spec: undefined }, readme)).toEqual([]);
  });

  it('reports missing or undocumented marbles in the README', () => {
    const operator = { name: 'skipAll', source: documented, spec: undefined };

    expect(checkReadme(operator, '## Operators\n')).toEqual([
      "skipAll: has no row in the README's table",
      'skipAll: has no marble line in the README',
    ]);
    expect(checkReadme(operator, '## Operators\n| `skipAll()` |\nskipAll  a-b-|  →  ------5ms|\n')).toEqual([
      'skipAll: its doc comment does not contain the README\'s "a-b-|"',
    ]);
  });
});
