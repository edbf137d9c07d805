import { join } from 'node:path';
import ts from 'typescript';
import { entryFiles, readPublicNames } from '../architecture/public-names.js';
import { root } from '../architecture/source-files.js';

/** The text that an editor shows for a name, or the error of the language service. */
interface Hover {
  readonly name: string;
  readonly shown: string;
}

const entries = entryFiles();
const names = readPublicNames(entries);
const imports = entries.map((entry, place): [string, string] => {
  const { values, types } = names[entry]!;
  const listed = [...values, ...types].map((name) => `${name} as ${name}${place}`);
  return [
    join(root, `hovers-${place}.ts`),
    `import { ${listed.join(', ')} } from './${entry.replace(/ts$/u, 'js')}';\n`,
  ];
});
const helpers = 'animate, chunks, cold, expectObservable, expectSubscriptions, flush, hot, scheduler, time';
const test = `import { runMarbles } from './src/testing/index.js';
runMarbles(({ ${helpers} }) => undefined);
runMarbles((all) => {
  const { ${helpers} } = all;
  all.chunks('a|').subscribe();
});
runMarbles(({ chunks, scheduler, expectObservable, expectSubscriptions }) => {
  const answer = chunks('a|');
  const subscriptions = answer.subscriptions;
  const cold = scheduler.createColdObservable('a|');
  const expectation = expectObservable(answer);
  expectation.toBe('a|');
  expectSubscriptions(subscriptions).toBe('^!');
});
`;
const files = new Map([...imports, [join(root, 'hovers-test.ts'), test]]);
const service = startService(files);

describe('editor hovers', () => {
  it.each([...files.keys()].map((file, place) => [entries[place] ?? 'a marble test', file]))(
    'show the type of every name of %s',
    (_title, file) => {
      const hovers = hoversIn(file);

      expect(hovers.length).toBeGreaterThan(5);
      expect(hovers.filter(({ shown }) => /^RangeError|^$|: any$/u.test(shown))).toEqual([]);
    },
  );

  it('show the type of the chunks of a marble test', () => {
    expect(hoversIn(join(root, 'hovers-test.ts'))).toContainEqual({
      name: 'answer',
      shown: 'const answer: ColdChunks',
    });
  });
});

function startService(texts: ReadonlyMap<string, string>): ts.LanguageService {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    root,
  );
  const read = (path: string): string | undefined => texts.get(path) ?? ts.sys.readFile(path);
  return ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, types: ['node'] }),
    getScriptFileNames: () => [...texts.keys()],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
  });
}

/** Returns the hover of every name in a file. */
function hoversIn(file: string): readonly Hover[] {
  const text = files.get(file) ?? '';
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const hovers: Hover[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      hovers.push({ name: node.text, shown: hoverAt(file, node.getStart(source)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return hovers;
}

function hoverAt(file: string, position: number): string {
  try {
    return ts.displayPartsToString(service.getQuickInfoAtPosition(file, position)?.displayParts);
  } catch (error) {
    return String(error);
  }
}
