import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkMarbles, checkReadme, operatorsOf } from './check-marbles.js';
import { root, type SourceFile } from './source-files.js';

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
