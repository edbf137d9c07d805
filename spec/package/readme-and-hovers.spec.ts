import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { PublicNames } from '../architecture/public-names.js';
import { root } from '../architecture/source-files.js';
import { type Snippet, snippetsOf, toModules } from '../types/snippets.js';
import { startService } from '../types/start-service.js';

// The examples and the hovers are those of one project, because the compiler takes seconds to read the libraries.

const reviewed = JSON.parse(readFileSync(join(root, 'spec/architecture/public-names.json'), 'utf8')) as Readonly<
  Record<string, PublicNames>
>;
const web = reviewed['src/index.ts']!;
const webNames = [...web.values, ...web.types];

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const mistaken = `
## Mistaken

\`\`\`ts
client.chat({ model }).pipe(textDeltas(), accumulateMessage());
missing();
\`\`\`
`;
// What uses packages that are not installed here is compiled, and run, by spec/consumers/relay.
const isForConsumer = ({ text }: Snippet): boolean => /from '(?:cloudflare:workers|express|hono|redis)'/u.test(text);
const snippets = snippetsOf(readme + mistaken).filter((snippet) => !isForConsumer(snippet));
const examples = new Map(
  toModules(snippets, webNames, 'spec/types/readme-names').map((text, place) => [
    join(root, `snippet-${place}.ts`),
    text,
  ]),
);

/** The text that an editor shows for a name, or the error of the language service. */
interface Hover {
  readonly name: string;
  readonly shown: string;
}

const entries = Object.keys(reviewed);
const imports = entries.map((entry, place): [string, string] => {
  const { values, types } = reviewed[entry]!;
  // The lists of the entries for Node hold only what they add.
  const names = [...values, ...types, ...(/index\.(?:node|fetch)/u.test(entry) ? webNames : [])];
  const listed = names.map((name) => `${name} as ${name}${place}`);
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
const hovered = new Map([...imports, [join(root, 'hovers-test.ts'), test]]);

const service = startService(new Map([...examples, ...hovered]));

// First, since an editor shows hovers before it has checked anything.
describe('editor hovers', () => {
  it.each([...hovered.keys()].map((file, place) => [entries[place] ?? 'a marble test', file]))(
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
      shown: 'const answer: ColdChunks<ChatCompletionChunk>',
    });
  });
});

describe('README examples', () => {
  const checked = snippets.map(({ title }, place) => [title, place] as const);
  const problemsIn = (place: number): readonly string[] => {
    const file = [...examples.keys()][place]!;
    return [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
  };

  it.each(checked.slice(0, -1))('compile: %s', (_title, place) => {
    expect(problemsIn(place)).toEqual([]);
  });

  it('do not compile with a mistake', () => {
    const [title, place] = checked.at(-1)!;

    expect(title).toMatch(/^Mistaken, line \d+$/u);
    expect(problemsIn(place).map((problem) => problem.split('\n').at(-1)?.trim())).toEqual([
      expect.stringContaining("Property 'messages' is missing"),
      expect.stringContaining("'string' is not assignable"),
      "Cannot find name 'missing'.",
    ]);
  });
});

/** Returns the hover of every name in a file. */
function hoversIn(file: string): readonly Hover[] {
  const text = hovered.get(file) ?? '';
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
